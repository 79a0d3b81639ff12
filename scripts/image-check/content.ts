/** Every file of an unpacked image, as its tests and its report see it. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export interface Entry {
  /** Absolute, in the image. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly bytes: number
  readonly mtimeMs: number
  /** SHA-256 of a file, the target of a link. */
  readonly content: string
}

/** In the order of the paths. */
export function entriesOf(root: string, folder = '/'): readonly Entry[] {
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const entry = entryOf(root, join(folder, name))
      return entry.kind === 'folder' ? [entry, ...entriesOf(root, entry.path)] : [entry]
    })
}

function entryOf(root: string, path: string): Entry {
  const file = join(root, path)
  const stat = lstatSync(file)
  const facts = { path, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtimeMs: stat.mtimeMs }
  if (stat.isFile()) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex')
    return { ...facts, kind: 'file', bytes: stat.size, content }
  }
  if (stat.isSymbolicLink()) return { ...facts, kind: 'link', bytes: 0, content: readlinkSync(file) }
  return { ...facts, kind: stat.isDirectory() ? 'folder' : 'other', bytes: 0, content: '' }
}
