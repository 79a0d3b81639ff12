/** One line of an audit file → the record that it is, or why it is none. */
import { canonical } from './canonical.ts'
import { hashOf, type Link } from './chain.ts'

export interface ReadRecord {
  readonly link: Link
  readonly previous: string
  readonly kind: string
  /** Of a head: which key signs it, and the signature. */
  readonly key: string | undefined
  readonly signature: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
}

export type LineReading =
  | { readonly kind: 'record'; readonly record: ReadRecord }
  /** No JSON: what a write leaves that was cut off. */
  | { readonly kind: 'cut' }
  /** JSON, but no record that holds. `claimed` is what it says of itself, where it says so. */
  | { readonly kind: 'changed'; readonly problem: string; readonly claimed: Link | undefined }

type Members = Readonly<Record<string, unknown>>

/** `line` without its line feed. Never throws. */
export function readRecord(line: Buffer): LineReading {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return { kind: 'cut' }
  }
  const metadata = membersOf(membersOf(value)['metadata'])
  const unmapped = membersOf(membersOf(value)['unmapped'])
  const { hash, signature, ...chain } = membersOf(unmapped['chain'])
  const { sequence } = metadata
  const { previous, kind, key } = chain
  if (!isSequence(sequence) || !isHash(hash) || !isHash(previous) || typeof kind !== 'string') {
    return { kind: 'changed', problem: 'is JSON, but no record of an audit log', claimed: undefined }
  }
  const claimed = { sequence, hash }
  if (!isCanonical(value, line)) {
    return { kind: 'changed', problem: 'is not in the form in which it was written', claimed }
  }
  const hashed = { ...membersOf(value), unmapped: { ...unmapped, chain } }
  if (hashOf(canonical(hashed)) !== hash) {
    return { kind: 'changed', problem: 'its content is not that of its hash', claimed }
  }
  const record = { link: claimed, previous, kind, key: text(key), signature: text(signature) }
  return { kind: 'record', record: { ...record, fields: membersOf(unmapped['holdfast']) } }
}

/** A record nested too deep to be written anew was not written by us. */
function isCanonical(value: unknown, line: Buffer): boolean {
  try {
    return Buffer.from(canonical(value), 'utf8').equals(line)
  } catch {
    return false
  }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
