/**
 * A JWK Set (RFC 7517 §5) as an issuer publishes it. One bad key does not take the others down: it is left out and named.
 * A set that cannot be read, or that leaves no key to use, is refused whole.
 */
import { isJsonObject, parseStrictJsonObject } from '../../check/codec/strict-json.ts'
import type { Result } from '../../check/result.ts'
import type { IssuerKey } from '../../check/token/issuer-keys.ts'
import { keyFits } from '../../check/token/token-algorithms.ts'
import { importJwk } from './import-jwk.ts'

export const MAX_JWKS_BYTES = 1_048_576
const MAX_KEYS = 100
const MAX_SHOWN_KID_CHARACTERS = 64

export interface LeftOutKey {
  /** Printable and bounded: it goes to the log. */
  readonly kid: string
  readonly why: string
}

export interface ParsedJwks {
  readonly keys: Result<readonly IssuerKey[], string>
  readonly leftOut: readonly LeftOutKey[]
}

/** Reads `bytes` as the key set of `issuer`, whose tokens may use `algorithms`. Never throws. */
export function parseJwks(bytes: Uint8Array, issuer: string, algorithms: ReadonlySet<string>): ParsedJwks {
  if (bytes.length > MAX_JWKS_BYTES) return refused('the key set is larger than 1 MiB')
  const members = parseStrictJsonObject(bytes)?.['keys']
  if (!Array.isArray(members)) return refused('not a JSON object with a list of keys')
  if (members.length > MAX_KEYS) return refused('the key set has more than 100 keys')

  const imported: IssuerKey[] = []
  const leftOut: LeftOutKey[] = []
  for (const member of members as readonly unknown[]) {
    if (!isJsonObject(member)) {
      leftOut.push({ kid: '', why: 'not an object' })
      continue
    }
    const key = importJwk(member, issuer, algorithms)
    if (key.ok) imported.push(key.value)
    else leftOut.push({ kid: showKid(member['kid']), why: key.error })
  }
  const keys: IssuerKey[] = []
  for (const key of imported) {
    const why = findClash(key, imported, keys, algorithms)
    if (why === undefined) keys.push(key)
    else leftOut.push({ kid: showKid(key.kid), why })
  }
  return { keys: keys.length === 0 ? { ok: false, error: 'no usable key' } : { ok: true, value: keys }, leftOut }
}

/**
 * C6: a kid leads to one key for an algorithm. Of two different keys under one kid neither serves: which one counts must
 * not be a matter of their order. The same key written twice serves once.
 */
function findClash(
  key: IssuerKey,
  all: readonly IssuerKey[],
  taken: readonly IssuerKey[],
  algorithms: ReadonlySet<string>,
): string | undefined {
  const rivals = all.filter((other) => other !== key && other.kid === key.kid && shareAlgorithm(key, other, algorithms))
  if (taken.some((other) => rivals.includes(other) && other.key.equals(key.key))) return 'the same key twice'
  const clashes = key.kid !== undefined && rivals.some((other) => !other.key.equals(key.key))
  return clashes ? 'another key has the same kid for the same algorithm' : undefined
}

function shareAlgorithm(a: IssuerKey, b: IssuerKey, algorithms: ReadonlySet<string>): boolean {
  for (const algorithm of algorithms) if (keyFits(a, algorithm) && keyFits(b, algorithm)) return true
  return false
}

/** Cut first, then escaped: a key set must not be able to write into the log what is not there (CWE-117). */
function showKid(kid: unknown): string {
  if (typeof kid !== 'string') return ''
  const shown = kid.slice(0, MAX_SHOWN_KID_CHARACTERS)
  return shown.replace(/[^\x21-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function refused(why: string): ParsedJwks {
  return { keys: { ok: false, error: why }, leftOut: [] }
}
