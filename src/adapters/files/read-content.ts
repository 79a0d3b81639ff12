/** One look at a file that may be changed at any moment. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

export type FileContent =
  | { readonly kind: 'content'; readonly content: Buffer; readonly signature: string }
  /** It has not changed since the look that gave `signature`. */
  | { readonly kind: 'same'; readonly signature: string }
  /** There is no such file; it may come later. */
  | { readonly kind: 'missing' }
  /** It is there and cannot be read; in words that follow the name of the file. */
  | { readonly kind: 'problem'; readonly problem: string }

/** So soon after a change a file may change again without a new time stamp: it is read anew. */
const UNSTEADY_MS = 3000

/** Non-blocking, since opening a pipe waits for its writer. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

/** Never throws, and never reads more than `maxBytes`. `last` is the signature of the look before, if any. */
export async function readContent(path: string, maxBytes: number, last?: string): Promise<FileContent> {
  try {
    const file = await open(path, FLAGS)
    try {
      const stat = await file.stat({ bigint: true })
      if (!stat.isFile()) return { kind: 'problem', problem: 'is not a regular file' }
      if (stat.size > maxBytes) return { kind: 'problem', problem: `is larger than ${maxBytes} bytes` }
      const signature = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
      const steady = Math.abs(Date.now() - Number(stat.ctimeMs)) > UNSTEADY_MS
      if (signature === last && steady) return { kind: 'same', signature }
      const content = Buffer.alloc(Number(stat.size))
      const { bytesRead } = await file.read(content, 0, content.length, 0)
      return { kind: 'content', content: content.subarray(0, bytesRead), signature }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
    return { kind: 'problem', problem: `cannot be read: the system says ${code}` }
  }
}
