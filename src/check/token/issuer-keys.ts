/** Port: the public keys of the configured issuers. */
import type { KeyObject } from 'node:crypto'

export interface IssuerKey {
  readonly issuer: string
  readonly kid: string | undefined
  /** `alg` of the JWK when it has one: the key is good for that algorithm only (RFC 8725 §3.1). */
  readonly algorithm: string | undefined
  readonly key: KeyObject
}

export type KeyLookup =
  | { readonly kind: 'keys'; readonly keys: readonly IssuerKey[] }
  | { readonly kind: 'unavailable'; readonly detail: string }

export interface IssuerKeys {
  /**
   * The keys of `issuer` with exactly this `kid` that fit `algorithm` (type, curve, `alg`, `use`, `key_ops`); all fitting
   * keys of the issuer when `kid` is undefined. An unknown `kid` may refresh the set once per cool-down and waits for
   * that refresh, bounded in time; it never causes a fetch of its own. `unavailable` when no good set is left.
   * `kid` is attacker's text: it is looked up, never used otherwise (C6).
   */
  find(issuer: string, kid: string | undefined, algorithm: string): KeyLookup | Promise<KeyLookup>
  /** False once the key has left the issuer's set or the set has outlived its life: remembered tokens die with it. */
  isCurrent(key: IssuerKey): boolean
}
