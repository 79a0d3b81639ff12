/** Where a chain of audit records stands: a file, which is moved away when it is full, or standard output. */
import { constants, type Stats } from 'node:fs'
import { access, type FileHandle, open, rename, stat } from 'node:fs/promises'
import type { Link } from '../../audit/chain.ts'
import { type AuditTail, EMPTY_TAIL, newestRotated, readTail } from './audit-tail.ts'

export interface AuditPlace {
  /** Rejects with words for people, or the error of the system. */
  open(nowMs: number): Promise<AuditOutput>
  /** Begins anew after `last`, when the open output has grown too large; it is closed before. */
  rotate(last: Link, nowMs: number): Promise<void>
}

export interface AuditOutput {
  readonly tail: AuditTail
  /** The last record of the files: of this one, or of the one before it. */
  readonly last: Link | undefined
  /** What stood there could not be gone on with, and has another name now. */
  readonly setAside: boolean
  size(): number
  /** All of it, or rejects. */
  append(text: string): Promise<void>
  /** To the disk itself. */
  sync(): Promise<void>
  /** `moved`: another file stands there, or none. `touched`: somebody else wrote into it, or cut it. */
  state(): Promise<'ours' | 'moved' | 'touched'>
  close(): Promise<void>
}

/** Read at each opening: a file whose end is not ours is set aside first. */
export function auditFile(path: string): AuditPlace {
  return { open: (nowMs) => openFile(path, nowMs), rotate: (last, nowMs) => rotateFile(path, last, nowMs) }
}

/**
 * A chain of its own from each start of the process, since what stands there already cannot be read.
 * @param write all of the text at once, so that no line of another writer comes in between; throws
 */
export function auditStream(write: (text: string) => void): AuditPlace {
  return {
    open: async () => ({
      tail: EMPTY_TAIL,
      last: undefined,
      setAside: false,
      size: () => 0,
      append: async (text) => write(text),
      sync: async () => undefined,
      state: async () => 'ours',
      close: async () => undefined,
    }),
    // Never: its size stays 0.
    rotate: async () => undefined,
  }
}

async function openFile(path: string, nowMs: number): Promise<AuditOutput> {
  const before = await stat(path).catch(() => undefined)
  if (before !== undefined && !before.isFile()) throw new Error('it is not a regular file')
  let tail = await readTail(path)
  const setAside = tail.foreign
  if (setAside) {
    await rename(path, `${path}.unreadable-${nowMs}`)
    tail = await readTail(path)
  }
  const rotated = tail.last === undefined ? await newestRotated(path) : undefined
  const last = rotated === undefined ? tail.last : (await readTail(rotated)).last
  // Non-blocking, since opening a pipe that came in between would wait for its reader.
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600)
  return outputOf(path, file, await file.stat(), { tail, last, setAside })
}

function outputOf(
  path: string,
  file: FileHandle,
  opened: Stats,
  begun: Pick<AuditOutput, 'tail' | 'last' | 'setAside'>,
): AuditOutput {
  let size = opened.size
  return {
    ...begun,
    size: () => size,
    async append(text) {
      await file.appendFile(text)
      size += Buffer.byteLength(text)
    },
    sync: () => file.datasync(),
    async state() {
      const now = await stat(path).catch(() => undefined)
      if (now === undefined || now.ino !== opened.ino || now.dev !== opened.dev) return 'moved'
      if (now.size === size) return 'ours'
      size = now.size
      return 'touched'
    },
    close: () => file.close(),
  }
}

/** Moves the file to a name with the sequence of its last record: names in order are the chain in order. */
async function rotateFile(path: string, last: Link, nowMs: number): Promise<void> {
  const target = `${path}.${String(last.sequence).padStart(12, '0')}`
  const taken = await access(target).then(
    () => true,
    () => false,
  )
  // Of another chain: it must not be lost.
  await rename(path, taken ? `${target}-${nowMs}` : target)
}
