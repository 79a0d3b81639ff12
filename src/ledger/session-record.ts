/**
 * What the ledger keeps of one session. A record is also the form of a delta: what one process saw of the session since it
 * last wrote is a record of that time, and two records of one session merge into one (merge.ts), in any order.
 * No secret stands in it: session, token and jti are keyed hashes (identifiers.ts); thumbprints are public.
 */
import type { Reason } from '../check/reasons.ts'
import type { Binding } from '../check/route-plan.ts'
import type { SenderTally } from './sender.ts'

export interface SessionRecord {
  /** Keyed hash of issuer and `sid`, else of the token (identifiers.ts): 22 characters of base64url. */
  readonly id: string
  /** What `holdfast revoke` needs to cut off this one session, sealed with the ledger's secret. */
  readonly handle: SealedHandle
  readonly issuer: string
  /** As configured: the claim, or `hashed:` and its keyed hash. */
  readonly subject: string | undefined
  readonly client: string | undefined
  /** SPIFFE ID of the workload that the token says may use it. */
  readonly holder: string | undefined
  /** At most 4 values. */
  readonly audience: readonly string[]
  /** Bindings that were shown to hold on the last allowed request; empty: an unbound bearer token. */
  readonly held: readonly Binding[]
  /** `cnf.jkt` of the token (RFC 9449 §6.1). */
  readonly keyThumbprint: string | undefined
  /** `cnf.x5t#S256` of the token (RFC 8705 §3.1). */
  readonly certificateThumbprint: string | undefined
  /** Of the first token seen. */
  readonly issuedAtSeconds: number | undefined
  /** Of the token that lives longest. */
  readonly expiresAtSeconds: number
  /** Keyed hashes of the last tokens and their jti, newest last, at most MAX_TOKENS. */
  readonly tokens: readonly TokenName[]
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  /** Of the last clean allow, which `held` is of; undefined: never allowed, or only let pass. */
  readonly lastAllowedMs: number | undefined
  readonly firstSeen: FirstSeen
  /** All uses, refused ones included. */
  readonly uses: number
  /** Bounded lists with counts; beside them the number of uses that are not in the list. */
  readonly senders: readonly SenderTally[]
  readonly sendersOmitted: number
  readonly routes: readonly RouteTally[]
  readonly routesOmitted: number
  /** By reason, `ok` for clean allows. */
  readonly verdicts: Readonly<Partial<Record<Reason | 'ok', number>>>
  /** When its last nonce was handed out (ms); undefined where there was none. */
  readonly nonceHeadMs: number | undefined
  /** The first refusal as revoked that was seen. */
  readonly revoked: RevokedAt | undefined
  /** Ids of its last incidents, newest last, at most MAX_INCIDENTS; and how many there were. */
  readonly incidents: readonly string[]
  readonly incidentCount: number
}

export interface SealedHandle {
  /** What `holdfast revoke KIND VALUE --issuer` takes: `session` with the sid, else `token` with jti or SHA-256. */
  readonly kind: 'session' | 'token'
  /** See identifiers.ts. */
  readonly sealed: string
}

export interface TokenName {
  /** Keyed hash of the token's SHA-256. */
  readonly token: string
  /** Keyed hash of issuer and jti. */
  readonly jti: string | undefined
}

export interface RouteTally {
  readonly route: string
  readonly count: number
  readonly lastMs: number
}

export interface RevokedAt {
  readonly id: string
  readonly kind: string
  readonly atMs: number
}

/**
 * `created_here`: first use within `createdWithinSeconds` of `iat`, from the holder's own peer (or no holder is named).
 * `late`: later than that. `other_peer`: by another peer than the holder. `unknown`: the token has no `iat`.
 */
export type FirstSeen = 'created_here' | 'late' | 'other_peer' | 'unknown'

export const MAX_SENDERS = 8
export const MAX_ROUTES = 16
export const MAX_TOKENS = 4
export const MAX_INCIDENTS = 8
export const MAX_AUDIENCE = 4
