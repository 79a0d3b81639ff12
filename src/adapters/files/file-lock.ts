/**
 * One writer of a file at a time, over processes: a lock file beside it that only one can create. A lock whose process died
 * is taken over; should two take it over at once, `isHeld` tells the loser before it writes.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FileLock {
  /** To be asked right before writing: false when another process took the lock over. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

const RETRY_MS = 20
/** Two that find the same dead lock have both replaced it by then. */
const SETTLE_MS = 100
/** A process of another container cannot be asked whether it lives; no writer takes this long. */
const MAX_AGE_MS = 30_000
/** A lock this young may not have its owner's name in it yet. */
const MIN_AGE_MS = 1_000

/** Undefined when others hold it for all of `waitMs`. Rejects when the lock file cannot be written. */
export async function lockFile(path: string, waitMs: number): Promise<FileLock | undefined> {
  const lock = `${path}.lock`
  const name = `${hostname()} ${process.pid} ${randomUUID()}`
  const isHeld = async (): Promise<boolean> => (await readFile(lock, 'utf8').catch(() => '')) === name
  const held: FileLock = {
    isHeld,
    async release() {
      if (await isHeld()) await rm(lock, { force: true })
    },
  }
  for (let waitedMs = 0; waitedMs <= waitMs; waitedMs += RETRY_MS) {
    if (await create(lock, name)) return held
    if (await isDead(lock)) {
      await replace(lock, name)
      await sleep(SETTLE_MS)
      if (await isHeld()) return held
    }
    await sleep(RETRY_MS)
  }
  return undefined
}

async function create(lock: string, name: string): Promise<boolean> {
  let file: FileHandle
  try {
    file = await open(lock, 'wx', 0o644)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  try {
    await file.writeFile(name)
    return true
  } catch (error) {
    await rm(lock, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function replace(lock: string, name: string): Promise<void> {
  const own = `${lock}.${randomUUID()}`
  await writeFile(own, name)
  await rename(own, lock)
}

async function isDead(lock: string): Promise<boolean> {
  try {
    const ageMs = Date.now() - (await stat(lock)).mtimeMs
    if (ageMs > MAX_AGE_MS) return true
    const [host, pid] = (await readFile(lock, 'utf8')).split(' ')
    return ageMs > MIN_AGE_MS && host === hostname() && !isAlive(Number(pid))
  } catch {
    return false
  }
}

/** A process of another user counts as alive (EPERM). */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH'
  }
}
