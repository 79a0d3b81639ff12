/** The workload at the other end of the connection, as far as it was proven. */
export interface Peer {
  /** The one SPIFFE ID of the certificate, of a trusted trust domain; undefined when it has none that we believe. */
  readonly spiffeId: string | undefined
  /** `x5t#S256` of the certificate: base64url SHA-256 of its DER (RFC 8705 §3.1); undefined without a certificate. */
  readonly certificateThumbprint: string | undefined
  /** notBefore of the certificate, for revocations "issued before"; undefined when the DER was not seen. */
  readonly certificateNotBeforeSeconds: number | undefined
  /** Issuer and serial number of the certificate in one spelling (issuer-serial.ts); undefined when the DER was not seen. */
  readonly certificateIssuerSerial: string | undefined
}

/** No TLS peer at all, or one that shows no certificate. */
export const NO_PEER: Peer = {
  spiffeId: undefined,
  certificateThumbprint: undefined,
  certificateNotBeforeSeconds: undefined,
  certificateIssuerSerial: undefined,
}

/** How the peer is told, from the configuration (`peers`). */
export interface PeerPolicy {
  /** Trust domains whose SPIFFE IDs are believed. Empty: no SPIFFE ID is believed, certificates still bind. */
  readonly trustDomains: ReadonlySet<string>
  /** `none`: x-forwarded-client-cert is not believed. `envoy`: our own Envoy writes its last element. */
  readonly forwardedFrom: 'none' | 'envoy'
  /** 0: the direct peer is the caller. N: the caller stands N elements before the last. */
  readonly trustedHops: number
  /** SPIFFE IDs that the direct peer and all hops between must have when trustedHops > 0. */
  readonly proxies: ReadonlySet<string>
}
