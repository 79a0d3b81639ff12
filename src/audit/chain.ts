/**
 * The hash chain: each record has its sequence, the hash of the record before it, and its own: SHA-256 over its canonical line
 * without `hash` and `signature`. A record is one line.
 */
import { createHash } from 'node:crypto'
import type { AuditEvent } from './audit-event.ts'
import { canonical } from './canonical.ts'
import { metadataOf } from './ocsf.ts'
import type { HeadSigner } from './signing.ts'

/** A record as the next one sees it. */
export interface Link {
  readonly sequence: number
  /** Hex. */
  readonly hash: string
}

/** Before the first record. */
export const GENESIS: Link = { sequence: 0, hash: '0'.repeat(64) }

/** The event as the record after `last`: its line, with the line feed. A head is signed where there is a signer. */
export function appendTo(
  last: Link,
  { kind, members, fields }: AuditEvent,
  signer: HeadSigner | undefined,
): { readonly line: string; readonly link: Link } {
  const sequence = last.sequence + 1
  const signing = kind === 'head' ? signer : undefined
  const chain = { key: signing?.keyId, kind, previous: last.hash }
  const metadata = { ...metadataOf(members), sequence }
  // `unmapped` is the last member of a record in canonical order: what stands before it is written once.
  const start = canonical({ ...members, metadata }).slice(0, -1)
  const end = canonical(fields)
  const around = (links: object): string => `${start},"unmapped":{"chain":${canonical(links)},"holdfast":${end}}}`
  const hash = hashOf(around(chain))
  return { line: `${around({ ...chain, hash, signature: signing?.sign(hash) })}\n`, link: { sequence, hash } }
}

/** Of a canonical text; hex. */
export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
