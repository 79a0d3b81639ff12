/** Writes a text to a descriptor, whole, before anything else can. */

/** As `writeSync` of node:fs, which may write a part only. */
export type WriteSync = (descriptor: number, bytes: Buffer, offset: number) => number

/** Between two tries, where the reader of a pipe is slow and the pipe does not wait. */
const PAUSE_MS = 5
const pauseCell = new Int32Array(new SharedArrayBuffer(4))

/** Waits for a slow reader, as the log does. Throws what the system says where nobody reads any more. */
export function writeAll(text: string, descriptor: number, write: WriteSync): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += write(descriptor, bytes, at)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
      Atomics.wait(pauseCell, 0, 0, PAUSE_MS)
    }
  }
}
