/**
 * SPIFFE IDs (SPIFFE-ID §2; D1 to D7): parsed by their own grammar, never as a URL, never folded in case. Compared whole, or
 * by trust domain and whole path segments.
 */
export interface SpiffeId {
  readonly text: string
  readonly trustDomain: string
  /** With the leading slash; empty for the ID of the trust domain itself. */
  readonly path: string
}

/** One SPIFFE ID, or everything below a path: `spiffe://td/ns/a/*`. */
export type SpiffePattern =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'below'; readonly prefix: string }

const SCHEME_NAME = 'spiffe:'
const SCHEME = 'spiffe://'
const MAX_ID_BYTES = 2048
const MAX_TRUST_DOMAIN_BYTES = 255
const TRUST_DOMAIN = /^[a-z0-9._-]+$/
const SEGMENT = /^[A-Za-z0-9._-]+$/

/** A trust domain name in its one spelling: lower case, at most 255 bytes (SPIFFE-ID §2.1; D3). */
export function isTrustDomain(text: string): boolean {
  return text.length <= MAX_TRUST_DOMAIN_BYTES && TRUST_DOMAIN.test(text)
}

/** In any case of letters: `SPIFFE://` is a wrong SPIFFE ID, not another kind of name (D6). */
export function hasSpiffeScheme(uri: string): boolean {
  return uri.slice(0, SCHEME_NAME.length).toLowerCase() === SCHEME_NAME
}

/** Undefined when `text` breaks any rule of SPIFFE-ID §2; the ID of a trust domain itself has an empty path. */
export function parseSpiffeId(text: string): SpiffeId | undefined {
  if (text.length > MAX_ID_BYTES || !text.startsWith(SCHEME)) return undefined
  const slash = text.indexOf('/', SCHEME.length)
  const trustDomain = slash === -1 ? text.slice(SCHEME.length) : text.slice(SCHEME.length, slash)
  if (!isTrustDomain(trustDomain)) return undefined
  const path = slash === -1 ? '' : text.slice(slash)
  if (path !== '' && !path.slice(1).split('/').every(isSegment)) return undefined
  return { text, trustDomain, path }
}

function isSegment(text: string): boolean {
  return SEGMENT.test(text) && text !== '.' && text !== '..'
}

/** Reads `spiffe://td/path`, or `spiffe://td/path/*` for everything below; undefined when it is neither. */
export function parseSpiffePattern(text: string): SpiffePattern | undefined {
  if (!text.endsWith('/*')) return parseSpiffeId(text) === undefined ? undefined : { kind: 'exact', text }
  const base = text.slice(0, -2)
  return parseSpiffeId(base) === undefined ? undefined : { kind: 'below', prefix: `${base}/` }
}

/** `id` is known to be valid; a prefix ends in a slash, so whole segments are compared (D7). */
export function matchesPattern(id: string, pattern: SpiffePattern): boolean {
  return pattern.kind === 'exact' ? id === pattern.text : id.startsWith(pattern.prefix)
}
