/** What remains of an access token once it is verified: public facts, good until `expiresAtSeconds`. */
export interface VerifiedToken {
  /** SHA-256 of the exact token text, hex. */
  readonly sha256: string
  readonly issuer: string
  readonly subject: string | undefined
  readonly client: string | undefined
  readonly tokenId: string | undefined
  readonly sessionId: string | undefined
  readonly audience: readonly string[]
  /** The `scope` claim as it stands. */
  readonly scope: string | undefined
  readonly expiresAtSeconds: number
  readonly notBeforeSeconds: number | undefined
  readonly issuedAtSeconds: number | undefined
  readonly authTimeSeconds: number | undefined
  readonly confirmation: Confirmation
  /** The workload that may use it: the SPIFFE ID of the holder claim or mapping; undefined when it names none. */
  readonly holder: string | undefined
}

/** The members of `cnf` that we understand (RFC 7800, 8705 §3.1, 9449 §6.1); all that are present must hold. */
export interface Confirmation {
  /** RFC 7638 SHA-256 thumbprint of the DPoP key. */
  readonly jkt: string | undefined
  /** base64url SHA-256 of the DER certificate. */
  readonly x5tS256: string | undefined
}
