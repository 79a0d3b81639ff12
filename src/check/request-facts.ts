import type { Refusal } from './refusal.ts'

/**
 * What a Check tells about one request: plain data, nothing judged yet. Made by transport/, bounded there before
 * anything is parsed. Header values are given as Envoy gave them, one array element a field line that could be told
 * apart; a comma inside an element may still hide a second field (Envoy joins `authorization` always, envoy-facts). All
 * text but `routeName` is a byte string: one char (U+0000 to U+00FF) a byte, so that different bytes are different text.
 */
export interface RequestFacts {
  /**
   * What is to be said of a header over its size limit; its value is left out (empty) above. Judged once the route is
   * known, so that `observe` holds and the challenge is the route's.
   */
  readonly fault: Refusal | undefined
  /** Case kept: methods are case-sensitive (RFC 9110 §9.1). Empty when absent. */
  readonly method: string
  /** `:authority` or Host as the client sent it: untrusted text that may only select among configured names (A13). */
  readonly authority: string
  /** `:path` with the query, raw, never parsed as a URI (A14). Empty when absent. */
  readonly path: string
  readonly authorization: readonly string[]
  readonly dpop: readonly string[]
  readonly forwardedClientCert: readonly string[]
  /** True for a CORS preflight: OPTIONS with Origin and Access-Control-Request-Method (Fetch §3.2.2). */
  readonly corsPreflight: boolean
  /** Lower-case names of all headers under our prefix `x-holdfast-` that the request carries. */
  readonly holdfastHeaders: readonly string[]
  /** Envoy's URL-encoded PEM of the leaf (`source.certificate`); empty when absent. */
  readonly peerCertificate: string
  /** `source.principal`; first URI SAN, else DNS SAN, else Subject: never an identity by itself (D8, D11). */
  readonly peerPrincipal: string
  /** Address of the connection's peer, without the port; empty when absent. */
  readonly sourceAddress: string
  /** `context_extensions.holdfast_route`; undefined when absent, '' when present and empty. */
  readonly routeName: string | undefined
  /** W3C `traceparent` as sent, checked for its grammar; undefined when absent or malformed. */
  readonly traceparent: string | undefined
  /** `user-agent`, cut to `LIMITS.userAgentBytes`; '' when absent. The client's own word: only ever compared, as a hash. */
  readonly userAgent: string
}

/** A request of which nothing is known. */
export const NO_FACTS: RequestFacts = {
  fault: undefined,
  method: '',
  authority: '',
  path: '',
  authorization: [],
  dpop: [],
  forwardedClientCert: [],
  corsPreflight: false,
  holdfastHeaders: [],
  peerCertificate: '',
  peerPrincipal: '',
  sourceAddress: '',
  routeName: undefined,
  traceparent: undefined,
  userAgent: '',
}

/** Byte bounds of what an attacker writes, applied before anything is parsed. */
export const LIMITS = {
  methodBytes: 64,
  authorityBytes: 512,
  pathBytes: 16_384,
  authorizationBytes: 16_384,
  proofBytes: 8_192,
  forwardedClientCertBytes: 32_768,
  peerCertificateBytes: 32_768,
  traceparentBytes: 128,
  userAgentBytes: 256,
  jtiBytes: 256,
  kidBytes: 256,
  claimBytes: 2_048,
} as const
