/** One look at a file that may be changed at any moment: its content, or that it is as it was, not there, or unreadable. */
import { open } from 'node:fs/promises'

/** Tells one state of a file from another without reading it. */
export type Signature = string

export type FileContent =
  | { readonly kind: 'content'; readonly content: Buffer | undefined; readonly signature: Signature | undefined }
  | { readonly kind: 'same'; readonly signature: Signature }
  | { readonly kind: 'error'; readonly message: string }

/** Within this time of its last change a file may change again without a new time stamp: it is read anew. */
const UNSTEADY_MS = 3000

/** Never throws. `content` is undefined when there is no such file; `same` when the signature is `last` and has settled. */
export async function readContent(path: string, maxBytes: number, last: Signature | undefined): Promise<FileContent> {
  try {
    const file = await open(path, 'r')
    try {
      const stat = await file.stat({ bigint: true })
      if (!stat.isFile()) return { kind: 'error', message: 'it is not a regular file' }
      if (stat.size > maxBytes) return { kind: 'error', message: `it is larger than ${maxBytes} bytes` }
      const signature = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':')
      const steady = Math.abs(Date.now() - Number(stat.ctimeMs)) > UNSTEADY_MS
      if (signature === last && steady) return { kind: 'same', signature }
      const content = await readAtMost(file, maxBytes)
      if (content === undefined) return { kind: 'error', message: `it is larger than ${maxBytes} bytes` }
      return { kind: 'content', content, signature }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
    // A folder in its path that is not there (yet) is the same as a file that is not.
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'content', content: undefined, signature: undefined }
    return { kind: 'error', message: `the system says ${code}` }
  }
}

async function readAtMost(
  file: { read: (buffer: Buffer, offset: number) => Promise<{ bytesRead: number }> },
  maxBytes: number,
): Promise<Buffer | undefined> {
  throw new Error('replaced')
}
