/** Settings of a route and of an issuer, resolved and frozen when the configuration loads; a request only looks them up. */
import type { SpiffePattern } from './peer/spiffe-id.ts'
import type { ProofAlgorithm } from './proof/proof-algorithms.ts'

export type Mode = 'enforce' | 'observe' | 'off'
/** What ties a token to its holder. `insecureBearer` demands no tie. */
export type Binding = 'dpop' | 'certificate' | 'workload'
export type AcceptedBinding = Binding | 'insecureBearer'

export interface RouteMatch {
  /** Lower-case, with the port where it is not the default port of the origin's scheme. */
  readonly authorities: readonly string[]
  /** `prefix` matches whole path segments: `/v1` matches `/v1` and `/v1/x`, not `/v10`. */
  readonly path: { readonly kind: 'exact' | 'prefix'; readonly value: string }
  /** Undefined: every method. */
  readonly methods: ReadonlySet<string> | undefined
}

export interface RoutePlan {
  readonly name: string
  readonly match: RouteMatch
  /** Normalised `scheme://authority` that clients sign as the start of `htu`. */
  readonly origin: string
  readonly audiences: ReadonlySet<string>
  /** Undefined: every configured issuer. */
  readonly issuers: ReadonlySet<string> | undefined
  readonly mode: Mode
  readonly binding: {
    readonly rule: 'anyOf' | 'allOf'
    readonly accepted: ReadonlySet<AcceptedBinding>
    /** The route takes tokens under the DPoP scheme. */
    readonly takesDpop: boolean
    /** The route takes tokens under the Bearer scheme: certificate, workload or insecureBearer without dpop being mandatory. */
    readonly takesBearer: boolean
  }
  readonly proof: {
    readonly algorithms: ReadonlySet<ProofAlgorithm>
    readonly maxAgeSeconds: number
    readonly futureSkewSeconds: number
  }
  readonly nonce: 'required' | 'offered' | 'off'
  readonly token: { readonly maxLifetimeSeconds: number | undefined }
  readonly session: { readonly idleSeconds: number | undefined; readonly maxAgeSeconds: number | undefined }
  readonly require: { readonly scopes: readonly string[]; readonly peers: readonly SpiffePattern[] }
  readonly upstream: { readonly authorization: 'keep' | 'bearer' | 'strip' }
  readonly resourceMetadata: string | undefined
  readonly cors: boolean
  readonly onStoreOutage: 'deny' | 'insecureMemory' | 'insecureAllow'
  readonly onRevocationStale: 'deny' | 'insecureAllow'
}

export interface IssuerPlan {
  readonly issuer: string
  readonly algorithms: ReadonlySet<string>
  /** Accepted `typ` values, lower-case, without `application/`. Empty only with insecureAnyTokenType. */
  readonly tokenTypes: ReadonlySet<string>
  readonly insecureAnyTokenType: boolean
  readonly requiredClaims: readonly string[]
  readonly clockSkewSeconds: number
  readonly holder:
    | { readonly kind: 'claim'; readonly claim: string }
    | { readonly kind: 'kubernetes'; readonly trustDomain: string }
  readonly ignoredConfirmations: ReadonlySet<string>
}
