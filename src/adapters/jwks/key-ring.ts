/**
 * The last good key set of one issuer. A new set replaces it whole, so that a key that is gone stops verifying at once; a
 * set that cannot be read or used leaves it standing, for a bounded time.
 */
import { hash } from 'node:crypto'
import type { IssuerKey, KeyLookup } from '../../check/token/issuer-keys.ts'
import { keyFits } from '../../check/token/token-algorithms.ts'
import type { KeyDeps, KeySource } from './key-source.ts'
import { parseJwks } from './parse-jwks.ts'

export interface KeyRing {
  /** Takes a set as it was read; false when it is refused and the last good one stays. */
  take(bytes: Uint8Array): boolean
  /** The set could not be read; `why` is constant text for the log. */
  fail(why: string): void
  /** `known` is false when a newer set might tell more. */
  lookup(kid: string | undefined, algorithm: string): { readonly known: boolean; readonly answer: KeyLookup }
  isCurrent(key: IssuerKey): boolean
  readiness(): { readonly ready: boolean; readonly detail: string }
}

/**
 * `lifeMs` is how long a set serves that was read well; `maxStaleMs` how long it serves from the first failure on. The
 * shorter one counts.
 */
export function makeKeyRing(
  source: Pick<KeySource, 'issuer' | 'algorithms'>,
  deps: Pick<KeyDeps, 'nowMs' | 'log' | 'events'>,
  life: { readonly lifeMs: number; readonly maxStaleMs: number },
): KeyRing {
  const { issuer } = source
  let keys: readonly IssuerKey[] = []
  let current: ReadonlySet<IssuerKey> = new Set()
  let byKid: ReadonlyMap<string | undefined, readonly IssuerKey[]> = new Map()
  let goodUntilMs = Number.NEGATIVE_INFINITY
  let seen = ''
  let failure: string | undefined = 'no key set was read yet'

  const isLive = () => deps.nowMs() <= goodUntilMs

  function take(bytes: Uint8Array): boolean {
    const sha256 = hash('sha256', bytes, 'hex')
    if (sha256 !== seen || failure !== undefined) {
      const parsed = parseJwks(bytes, issuer, source.algorithms)
      if (sha256 !== seen) for (const key of parsed.leftOut) deps.log.warn('issuer key left out', { issuer, ...key })
      seen = sha256
      if (!parsed.keys.ok) {
        fail(parsed.keys.error)
        return false
      }
      replace(parsed.keys.value)
    }
    failure = undefined
    goodUntilMs = deps.nowMs() + life.lifeMs
    deps.events.refreshed(issuer, 'success')
    return true
  }

  /** A key that stays keeps its object: tokens remembered with it stay verified. */
  function replace(next: readonly IssuerKey[]): void {
    keys = next.map((key) => keys.find((old) => isSameKey(old, key)) ?? key)
    current = new Set(keys)
    byKid = Map.groupBy(keys, (key) => key.kid)
    deps.log.info('issuer keys loaded', { issuer, keys: keys.length })
  }

  function fail(why: string): void {
    if (why !== failure) deps.log.warn('issuer keys could not be refreshed', { issuer, why })
    failure = why
    goodUntilMs = Math.min(goodUntilMs, deps.nowMs() + life.maxStaleMs)
    deps.events.refreshed(issuer, 'failure')
  }

  return {
    take,
    fail,
    lookup(kid, algorithm) {
      if (!isLive()) return { known: false, answer: { kind: 'unavailable', detail: 'no good key set of the issuer' } }
      const named = kid === undefined ? keys : byKid.get(kid)
      const fitting = (named ?? []).filter((key) => keyFits(key, algorithm))
      return {
        known: kid === undefined ? fitting.length > 0 : named !== undefined,
        answer: { kind: 'keys', keys: fitting },
      }
    },
    isCurrent: (key) => current.has(key) && isLive(),
    readiness() {
      if (!isLive()) return { ready: false, detail: failure ?? 'the key set is too old' }
      return { ready: true, detail: failure === undefined ? `${keys.length} keys` : `last good set: ${failure}` }
    },
  }
}

function isSameKey(a: IssuerKey, b: IssuerKey): boolean {
  return a.kid === b.kid && a.algorithm === b.algorithm && a.key.equals(b.key)
}
