import { createHash } from 'node:crypto'

/** Tells values apart in logs and metadata without showing them: the first 16 hex digits of the SHA-256. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
