/** What can be cut off, and the port that tells whether it is. */

export const REVOCATION_KINDS = [
  'token',
  'session',
  'subject',
  'client',
  'key',
  'certificate',
  'workload',
  'trust-domain',
  'issuer',
] as const

export type RevocationKind = (typeof REVOCATION_KINDS)[number]

/** One entry of the list. Times are seconds since the epoch. */
export interface Revocation {
  readonly id: string
  readonly kind: RevocationKind
  /** jti or hex SHA-256 for `token`; RFC 7638 thumbprint for `key`; `x5t#S256` or `serial=HEX issuer=NAME` for `certificate`; SPIFFE ID or a prefix ending in `/*` for `workload`. */
  readonly value: string
  /** Narrows token (by jti), session, subject and client to one issuer; undefined: any issuer. */
  readonly issuer: string | undefined
  /** What was issued at or before this moment is refused. */
  readonly issuedBeforeSeconds: number
  /** When the entry ends by itself; undefined: never. */
  readonly expiresAtSeconds: number | undefined
  readonly why: string | undefined
  readonly by: string | undefined
  readonly atSeconds: number
}

/** What a request shows that may have been revoked. */
export interface RevocationQuery {
  readonly tokenSha256: string
  readonly tokenId: string | undefined
  readonly issuer: string
  readonly sessionId: string | undefined
  readonly subject: string | undefined
  readonly client: string | undefined
  /** jkt of the token, or of the proof's key. */
  readonly keyThumbprint: string | undefined
  /** The peer's certificate and the one the token is bound to. */
  readonly certificateThumbprints: readonly string[]
  /** Of the peer's certificate, in one spelling (peer/issuer-serial.ts). */
  readonly certificateIssuerSerial: string | undefined
  readonly certificateNotBeforeSeconds: number | undefined
  /** The peer's SPIFFE ID and the holder's. */
  readonly workloads: readonly string[]
  /** iat of the token; undefined counts as issued before everything. */
  readonly issuedAtSeconds: number | undefined
}

/** Shows nothing: what is shown is added to it. */
export const BLANK_QUERY: RevocationQuery = {
  tokenSha256: '',
  tokenId: undefined,
  issuer: '',
  sessionId: undefined,
  subject: undefined,
  client: undefined,
  keyThumbprint: undefined,
  certificateThumbprints: [],
  certificateIssuerSerial: undefined,
  certificateNotBeforeSeconds: undefined,
  workloads: [],
  issuedAtSeconds: undefined,
}

export type RevocationOutcome =
  | { readonly kind: 'clear' }
  | { readonly kind: 'revoked'; readonly revocation: Pick<Revocation, 'id' | 'kind'> }
  | { readonly kind: 'stale'; readonly detail: string }

/** What a revocation would cut off, as one replica sees it. */
export interface Reach {
  /** Of the live ones. */
  readonly matched: number
  /** Sessions that it allowed lately and that nothing cuts off yet. */
  readonly live: number
  /** How long it has watched: what it has not seen yet it cannot count. */
  readonly watchedSeconds: number
}

export interface RevocationList {
  /** Synchronous and flat in the number of entries: a check costs no network. */
  find(query: RevocationQuery, nowSeconds: number): RevocationOutcome
}
