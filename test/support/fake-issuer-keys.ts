/** IssuerKeys in memory, held to the same contract as the real one; counts what it was asked. */
import type { KeyObject } from 'node:crypto'
import type { IssuerKey, IssuerKeys, KeyLookup } from '../../src/check/token/issuer-keys.ts'
import { keyFits } from '../../src/check/token/token-algorithms.ts'

export interface FakeIssuerKeys extends IssuerKeys {
  /** Replaces the issuer's set whole; a key that stays keeps its object. */
  publish(issuer: string, keys: readonly { kid?: string; alg?: string; publicKey: KeyObject }[]): void
  /** No good set is left. */
  lose(issuer: string): void
  /** Answers come as promises from now on, as they do when the real one has to fetch. */
  answerLater(): void
  readonly lookups: { issuer: string; kid: string | undefined; algorithm: string }[]
}

export function fakeIssuerKeys(): FakeIssuerKeys {
  const sets = new Map<string, IssuerKey[]>()
  const lookups: FakeIssuerKeys['lookups'] = []
  let later = false

  function look(issuer: string, kid: string | undefined, algorithm: string): KeyLookup {
    const set = sets.get(issuer)
    if (set === undefined) return { kind: 'unavailable', detail: 'the fake has no set' }
    const keys = set.filter((key) => (kid === undefined || key.kid === kid) && keyFits(key, algorithm))
    return { kind: 'keys', keys }
  }

  return {
    lookups,
    find(issuer, kid, algorithm) {
      lookups.push({ issuer, kid, algorithm })
      const answer = look(issuer, kid, algorithm)
      return later ? Promise.resolve(answer) : answer
    },
    isCurrent: (key) => sets.get(key.issuer)?.includes(key) ?? false,
    publish(issuer, keys) {
      const old = sets.get(issuer) ?? []
      const next = keys.map(({ kid, alg, publicKey }) => ({ issuer, kid, algorithm: alg, key: publicKey }))
      sets.set(
        issuer,
        next.map(
          (key) => old.find((o) => o.kid === key.kid && o.algorithm === key.algorithm && o.key.equals(key.key)) ?? key,
        ),
      )
    },
    lose: (issuer) => void sets.delete(issuer),
    answerLater() {
      later = true
    },
  }
}
