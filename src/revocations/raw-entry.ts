/** One entry of a revocation list as it is written, in the watched file and in the shared list alike. */
import { isJsonObject } from '../check/codec/strict-json.ts'
import { ok, type Result } from '../check/result.ts'
import { REVOCATION_KINDS, type Revocation, type RevocationKind } from '../check/revocation/revocation.ts'
import { normaliseRevocationValue } from '../check/revocation/revocation-value.ts'
import { formatTime, parseTime } from './rfc3339.ts'

/** As it stands in the list; kept by writers even when malformed, since it is not theirs to drop. */
export type RawEntry = unknown

/** One that has no effect, being malformed. */
export interface RefusedEntry {
  /** `revocations[3]`, with its id when it has one. */
  readonly place: string
  readonly message: string
}

const MAX_ID_LENGTH = 128
const MEMBERS: ReadonlySet<string> = new Set([
  ...['id', 'kind', 'value', 'issuer', 'issuedBefore', 'expires', 'why', 'by', 'at'],
])

export function toRawEntry(revocation: Revocation): RawEntry {
  const { id, kind, value, issuer, issuedBeforeSeconds, expiresAtSeconds, why, by, atSeconds } = revocation
  return {
    id,
    kind,
    value,
    issuer: issuer ?? null,
    issuedBefore: formatTime(issuedBeforeSeconds),
    expires: expiresAtSeconds === undefined ? null : formatTime(expiresAtSeconds),
    why: why ?? null,
    by: by ?? null,
    at: formatTime(atSeconds),
  }
}

/** Has no effect any more; false for one whose end cannot be read. */
export function hasEnded(entry: RawEntry, nowSeconds: number): boolean {
  const end = isJsonObject(entry) ? readTime(entry['expires']) : undefined
  return end !== undefined && end <= nowSeconds
}

/** Its id, whatever else is wrong with it. */
export function idOf(entry: RawEntry): string | undefined {
  const id = isJsonObject(entry) ? entry['id'] : undefined
  return typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined
}

/** One entry; the error says what is wrong with it. */
export function readEntry(entry: RawEntry): Result<Revocation, string> {
  if (!isJsonObject(entry)) return fault('is no JSON object')
  const odd = Object.keys(entry).find((name) => !MEMBERS.has(name))
  if (odd !== undefined) return fault(`has a member that is none of ${[...MEMBERS].join(', ')}`)
  const id = idOf(entry)
  if (id === undefined) return fault('"id" is no text')
  const kind = REVOCATION_KINDS.find((name) => name === entry['kind'])
  if (kind === undefined) return fault(`"kind" is none of ${REVOCATION_KINDS.join(', ')}`)
  const named = readName(kind, entry['value'], entry['issuer'])
  if (!named.ok) return named
  const issuedBeforeSeconds = readTime(entry['issuedBefore'])
  const atSeconds = readTime(entry['at'])
  const expiresAtSeconds = isAbsent(entry['expires']) ? undefined : readTime(entry['expires'])
  if (issuedBeforeSeconds === undefined) return fault('"issuedBefore" is no RFC 3339 time')
  if (atSeconds === undefined) return fault('"at" is no RFC 3339 time')
  if (expiresAtSeconds === undefined && !isAbsent(entry['expires']))
    return fault('"expires" is no RFC 3339 time and not null')
  const { why, by } = entry
  if (!(isAbsent(why) || typeof why === 'string')) return fault('"why" is no text')
  if (!(isAbsent(by) || typeof by === 'string')) return fault('"by" is no text')
  return ok({
    id,
    kind,
    ...named.value,
    issuedBeforeSeconds,
    expiresAtSeconds,
    why: why ?? undefined,
    by: by ?? undefined,
    atSeconds,
  })
}

function readName(
  kind: RevocationKind,
  value: unknown,
  issuer: unknown,
): Result<{ value: string; issuer: string | undefined }, string> {
  if (typeof value !== 'string') return fault('"value" is no text')
  if (!(isAbsent(issuer) || typeof issuer === 'string')) return fault('"issuer" is no text')
  const normal = normaliseRevocationValue(kind, value, issuer ?? undefined)
  return normal.ok ? ok({ value: normal.value, issuer: issuer ?? undefined }) : fault(`"value" ${normal.error.message}`)
}

function readTime(value: unknown): number | undefined {
  return typeof value === 'string' ? parseTime(value) : undefined
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

/** How the entry with this number in the document is called in messages. */
export function placeOf(index: number, entry: RawEntry): string {
  const id = idOf(entry)
  return id === undefined ? `revocations[${index}]` : `revocations[${index}] (${id})`
}

function fault(message: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: message }
}
