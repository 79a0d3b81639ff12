/** Where an audit file ends: the record to go on from, and what a crash left behind it. */
import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hashOf, type Link } from '../../audit/chain.ts'
import { readRecord } from '../../audit/read-record.ts'

export interface Torn {
  readonly bytes: number
  readonly sha256: string
}

export interface AuditTail {
  /** The last whole record; undefined: none, since the file is empty or is not there. */
  readonly last: Link | undefined
  /** Behind it stands what is no record. */
  readonly torn: Torn | undefined
  /** The last byte is a line feed, or there is none. */
  readonly ended: boolean
  /** Its end is no audit log that could be gone on with. */
  readonly foreign: boolean
}

/** More than many records; what is longer without one is not ours. */
const TAIL_BYTES = 1_048_576
const LINE_FEED = 0x0a
export const EMPTY_TAIL: AuditTail = { last: undefined, torn: undefined, ended: true, foreign: false }

/** Rejects when the file is there and cannot be read. */
export async function readTail(path: string): Promise<AuditTail> {
  const bytes = await readEnd(path)
  if (bytes.length === 0) return EMPTY_TAIL
  const ended = bytes.at(-1) === LINE_FEED
  let end = ended ? bytes.length - 1 : bytes.length
  const whole = end
  for (;;) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, end - 1) + 1
    const reading = readRecord(bytes.subarray(start, end))
    if (reading.kind === 'record') {
      const left = bytes.subarray(end + 1, whole)
      const torn = end === whole ? undefined : { bytes: left.length, sha256: hashOf(left) }
      return { last: reading.record.link, torn, ended, foreign: false }
    }
    if (reading.kind === 'changed') return { ...EMPTY_TAIL, foreign: true }
    // Only a first write that was cut off leaves nothing but that.
    if (start === 0 && bytes.length === TAIL_BYTES) return { ...EMPTY_TAIL, foreign: true }
    if (start === 0) {
      const left = bytes.subarray(0, whole)
      return { last: undefined, torn: { bytes: left.length, sha256: hashOf(left) }, ended, foreign: false }
    }
    end = start - 1
  }
}

/** The newest file that `path` was rotated to. */
export async function newestRotated(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch((): string[] => [])
  const start = `${basename(path)}.`
  const rotated = names.filter((name) => name.startsWith(start) && /^\d{12}$/.test(name.slice(start.length))).sort()
  const newest = rotated.at(-1)
  return newest === undefined ? undefined : join(dirname(path), newest)
}

async function readEnd(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return Buffer.alloc(0)
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
