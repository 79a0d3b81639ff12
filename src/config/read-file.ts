/** Reads a file whole, within a bound of bytes. */
import { open } from 'node:fs/promises'

export type FileRead = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly error: string }

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions do not let us read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
}

/** Never throws; the error says in plain words why the file cannot be read. Never reads more than `maxBytes` + 1. */
export async function readBounded(path: string, maxBytes: number): Promise<FileRead> {
  try {
    const file = await open(path, 'r')
    try {
      if ((await file.stat()).isDirectory()) return { ok: false, error: 'it is a folder' }
      const buffer = Buffer.alloc(maxBytes + 1)
      let length = 0
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length)
        if (bytesRead === 0) break
        length += bytesRead
      }
      if (length > maxBytes) return { ok: false, error: `it is larger than ${maxBytes} bytes` }
      return { ok: true, bytes: buffer.subarray(0, length) }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { ok: false, error: CAUSES[code] ?? `the system says ${code}` }
  }
}
