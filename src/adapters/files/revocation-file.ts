/**
 * Changes the watched list on disk: under a lock, by a new file renamed over the old one, so that a reader sees the list
 * before or after and two writers at once lose nothing.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Result } from '../../check/result.ts'
import type { Revocation } from '../../check/revocation/revocation.ts'
import { hasEnded, type RawEntry, toRawEntry } from '../../revocations/raw-entry.ts'
import {
  MAX_DOCUMENT_BYTES,
  type RevocationDocument,
  readRawEntries,
  readRevocations,
  writeDocument,
} from '../../revocations/revocation-document.ts'
import { lockFile } from './file-lock.ts'
import { readContent } from './read-content.ts'

/** `unusable`: it is there and is no list, so it is left alone. `unreachable`: the system or another writer is in the way. */
export interface FileTrouble {
  readonly kind: 'unusable' | 'unreachable'
  /** What is wrong, and how to mend it. */
  readonly message: string
}

const LOCK_WAIT_MS = 40_000
const NEW_FILE_MODE = 0o644

/** The list as it stands; empty when there is no file yet. */
export async function readRevocationFile(path: string): Promise<Result<RevocationDocument, FileTrouble>> {
  const entries = await readEntries(path)
  return entries.ok ? { ok: true, value: readRevocations(entries.value) } : entries
}

/** Adds one, and takes out those that have ended. Resolves as `changeRevocationFile`. */
export function addToRevocationFile(path: string, revocation: Revocation): Promise<Result<true, FileTrouble>> {
  return changeRevocationFile(path, (entries) => [
    ...entries.filter((old) => !hasEnded(old, revocation.atSeconds)),
    toRawEntry(revocation),
  ])
}

/**
 * Replaces the entries by what `change` makes of them; nothing is written when it gives the same array back. Resolves only
 * after the new list is on the disk.
 */
export async function changeRevocationFile(
  path: string,
  change: (entries: readonly RawEntry[]) => readonly RawEntry[],
): Promise<Result<true, FileTrouble>> {
  try {
    const target = await realpath(path).catch(() => path)
    const lock = await lockFile(target, LOCK_WAIT_MS)
    if (lock === undefined) return unreachable(`${target}.lock is held by another process; if none runs, remove it`)
    try {
      const before = await readEntries(target)
      if (!before.ok) return before
      const after = change(before.value)
      if (after === before.value) return { ok: true, value: true }
      await replaceFile(target, writeDocument(after), lock.isHeld)
      return { ok: true, value: true }
    } finally {
      await lock.release()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
    return unreachable(`${path} cannot be written: the system says ${code}; mend the folder or its permissions`)
  }
}

async function readEntries(path: string): Promise<Result<readonly RawEntry[], FileTrouble>> {
  const read = await readContent(path, MAX_DOCUMENT_BYTES)
  if (read.kind === 'problem') return unreachable(`${path} ${read.problem}; mend the file or its permissions`)
  if (read.kind !== 'content') return { ok: true, value: [] }
  const entries = readRawEntries(read.content)
  if (entries.ok) return entries
  return { ok: false, error: { kind: 'unusable', message: `${path} ${entries.error}; mend it, it is left as it is` } }
}

async function replaceFile(path: string, text: string, isHeld: () => Promise<boolean>): Promise<void> {
  const old = await stat(path).catch(() => undefined)
  const fresh = `${path}.${randomUUID()}.new`
  try {
    const file = await open(fresh, 'wx', NEW_FILE_MODE)
    try {
      await file.writeFile(text)
      if (old !== undefined) await keepReadable(file, old)
      await file.sync()
    } finally {
      await file.close()
    }
    if (!(await isHeld())) throw Object.assign(new Error('the lock was taken over'), { code: 'ELOCKED' })
    await rename(fresh, path)
  } finally {
    await rm(fresh, { force: true })
  }
  await syncFolder(dirname(path))
}

/** The server may run as another user than whoever revokes; a list that it cannot read would not be applied. */
async function keepReadable(file: FileHandle, old: { uid: number; gid: number; mode: number }): Promise<void> {
  const mode = old.mode & 0o777
  const kept = await file.chown(old.uid, old.gid).then(
    () => true,
    () => false,
  )
  await file.chmod(kept ? mode : mode | 0o444)
}

/** The rename itself outlasts a loss of power only with its folder written. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function unreachable(message: string): { readonly ok: false; readonly error: FileTrouble } {
  return { ok: false, error: { kind: 'unreachable', message } }
}
