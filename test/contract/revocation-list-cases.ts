/**
 * One revocation and one request each, and whether it is refused (design §3 step 9, requirements E "design consequence").
 * The clock stands at NOW; the request carries a token of IAT under a certificate of NOT_BEFORE.
 */
import type { Revocation, RevocationKind, RevocationQuery } from '../../src/check/revocation/revocation.ts'

export const NOW = 1_800_000_000
export const IAT = NOW - 60
const NOT_BEFORE = NOW - 600
export const ISSUER = 'https://as.example.com'
export const OTHER_ISSUER = 'https://other.example.com'

const TOKEN_HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const OTHER_HASH = '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752'
const KEY = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
const PEER_CERTIFICATE = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const BOUND_CERTIFICATE = 'Wfn777VsDXE-cW3Wvzm7CuMw6D6h15KRhVqq3o80H48'
const ISSUER_SERIAL = 'serial=a1b2c3 issuer=CN=example ca,O=example'
const WORKLOAD = 'spiffe://example.org/ns/shop/sa/payments'
const HOLDER = 'spiffe://partner.example/ns/shop/sa/orders'

export const QUERY: RevocationQuery = {
  tokenSha256: TOKEN_HASH,
  tokenId: 'jti-1',
  issuer: ISSUER,
  sessionId: 'sid-1',
  subject: 'sub-1',
  client: 'client-1',
  keyThumbprint: KEY,
  certificateThumbprints: [PEER_CERTIFICATE, BOUND_CERTIFICATE],
  certificateIssuerSerial: ISSUER_SERIAL,
  certificateNotBeforeSeconds: NOT_BEFORE,
  workloads: [WORKLOAD, HOLDER],
  issuedAtSeconds: IAT,
}

/** Shows nothing but a token and its issuer. */
export const BARE_QUERY: RevocationQuery = {
  ...QUERY,
  tokenId: undefined,
  sessionId: undefined,
  subject: undefined,
  client: undefined,
  keyThumbprint: undefined,
  certificateThumbprints: [],
  certificateIssuerSerial: undefined,
  certificateNotBeforeSeconds: undefined,
  workloads: [],
}

export function revocation(kind: RevocationKind, value: string, changes: Partial<Revocation> = {}): Revocation {
  return {
    id: `rv-${kind}-${value}`.slice(0, 100),
    kind,
    value,
    issuer: undefined,
    issuedBeforeSeconds: NOW,
    expiresAtSeconds: undefined,
    why: undefined,
    by: undefined,
    atSeconds: NOW,
    ...changes,
  }
}

export interface Case {
  readonly name: string
  readonly entry: Revocation
  readonly hits: boolean
  readonly query: RevocationQuery
}

const hit = (name: string, entry: Revocation, changes: Partial<RevocationQuery> = {}): Case => {
  return { name, entry, hits: true, query: { ...QUERY, ...changes } }
}
const miss = (name: string, entry: Revocation, changes: Partial<RevocationQuery> = {}): Case => {
  return { name, entry, hits: false, query: { ...QUERY, ...changes } }
}

/** Kinds that are timed by the token, each with a value that the request shows and one that it does not. */
const BY_TOKEN: readonly (readonly [RevocationKind, string, string])[] = [
  ['token', TOKEN_HASH, OTHER_HASH],
  ['session', 'sid-1', 'sid-10'],
  ['subject', 'sub-1', 'SUB-1'],
  ['client', 'client-1', 'client-'],
  ['key', KEY, PEER_CERTIFICATE],
  ['issuer', ISSUER, `${ISSUER}/`],
]

const byToken = BY_TOKEN.flatMap(([kind, value, other]) => [
  hit(`${kind}: named`, revocation(kind, value)),
  miss(`${kind}: another is named`, revocation(kind, other)),
  hit(`${kind}: issued at that very moment`, revocation(kind, value, { issuedBeforeSeconds: IAT })),
  miss(`${kind}: issued a second later`, revocation(kind, value, { issuedBeforeSeconds: IAT - 1 })),
  hit(`${kind}: no iat counts as old`, revocation(kind, value, { issuedBeforeSeconds: 1 }), {
    issuedAtSeconds: undefined,
  }),
  hit(`${kind}: a second before its end`, revocation(kind, value, { expiresAtSeconds: NOW + 1 })),
  miss(`${kind}: ended`, revocation(kind, value, { expiresAtSeconds: NOW })),
])

const OF_AN_ISSUER: readonly (readonly [RevocationKind, string])[] = [
  ['token', 'jti-1'],
  ['token', TOKEN_HASH],
  ['session', 'sid-1'],
  ['subject', 'sub-1'],
  ['client', 'client-1'],
]

const narrowed = OF_AN_ISSUER.flatMap(([kind, value]) => [
  hit(`${kind} ${value}: of this issuer`, revocation(kind, value, { issuer: ISSUER })),
  miss(`${kind} ${value}: of another issuer`, revocation(kind, value, { issuer: OTHER_ISSUER })),
])

const before = { issuedBeforeSeconds: NOT_BEFORE - 1 }
const unknown = { certificateNotBeforeSeconds: undefined }

export const CASES: readonly Case[] = [
  ...byToken,
  ...narrowed,
  miss('token: a jti without its issuer', revocation('token', 'jti-1')),
  miss('token: the hash of one is the jti of another', revocation('token', OTHER_HASH), { tokenId: OTHER_HASH }),

  hit('certificate: of the peer', revocation('certificate', PEER_CERTIFICATE)),
  hit('certificate: that the token is bound to', revocation('certificate', BOUND_CERTIFICATE)),
  miss('certificate: another', revocation('certificate', KEY)),
  hit(
    'certificate: a token issued later stays refused',
    revocation('certificate', PEER_CERTIFICATE, { issuedBeforeSeconds: NOT_BEFORE }),
  ),
  miss('certificate: issued later itself', revocation('certificate', PEER_CERTIFICATE, before)),
  hit('certificate: no notBefore counts as old', revocation('certificate', PEER_CERTIFICATE, before), unknown),
  miss('certificate: ended', revocation('certificate', PEER_CERTIFICATE, { expiresAtSeconds: NOW })),
  hit('certificate: by issuer and serial', revocation('certificate', ISSUER_SERIAL)),
  miss('certificate: another serial', revocation('certificate', ISSUER_SERIAL.replace('a1b2c3', 'a1b2c4'))),
  miss('certificate: another issuer', revocation('certificate', ISSUER_SERIAL.replace('O=example', 'O=other'))),
  miss('certificate: by serial, issued later itself', revocation('certificate', ISSUER_SERIAL, before)),
  hit('certificate: by serial, no notBefore counts as old', revocation('certificate', ISSUER_SERIAL, before), unknown),
  miss('certificate: by serial, the certificate was not seen', revocation('certificate', ISSUER_SERIAL), {
    certificateIssuerSerial: undefined,
  }),

  hit('workload: the peer', revocation('workload', WORKLOAD)),
  hit('workload: the holder', revocation('workload', HOLDER)),
  miss('workload: one that starts alike', revocation('workload', `${WORKLOAD}-2`)),
  miss('workload: one above', revocation('workload', 'spiffe://example.org/ns/shop')),
  hit('workload: a prefix', revocation('workload', 'spiffe://example.org/ns/shop/*')),
  hit('workload: a prefix one segment up', revocation('workload', 'spiffe://example.org/ns/shop/sa/*')),
  hit('workload: a prefix of the holder', revocation('workload', 'spiffe://partner.example/ns/*')),
  hit('workload: all of a trust domain', revocation('workload', 'spiffe://example.org/*')),
  miss('workload: a prefix that ends inside a segment', revocation('workload', 'spiffe://example.org/ns/sh/*')),
  miss('workload: a prefix below it', revocation('workload', `${WORKLOAD}/*`)),
  miss('workload: a prefix of a trust domain that starts alike', revocation('workload', 'spiffe://example.or/*')),
  hit(
    'workload: a new token under an old certificate',
    revocation('workload', WORKLOAD, { issuedBeforeSeconds: NOT_BEFORE }),
  ),
  hit('workload: an old token under a new certificate', revocation('workload', WORKLOAD), {
    certificateNotBeforeSeconds: NOW + 1,
  }),
  miss('workload: token and certificate are newer', revocation('workload', WORKLOAD, before)),
  miss('workload: a newer token, the certificate was not seen', revocation('workload', WORKLOAD, before), unknown),

  hit('trust-domain: of the peer', revocation('trust-domain', 'example.org')),
  hit('trust-domain: of the holder', revocation('trust-domain', 'partner.example')),
  hit('trust-domain: of the ID of the domain itself', revocation('trust-domain', 'td'), { workloads: ['spiffe://td'] }),
  miss('trust-domain: one that starts alike', revocation('trust-domain', 'example.or')),
  miss('trust-domain: one below', revocation('trust-domain', 'sub.example.org')),
  hit(
    'trust-domain: a new token under an old certificate',
    revocation('trust-domain', 'example.org', { issuedBeforeSeconds: NOT_BEFORE }),
  ),
  miss('trust-domain: token and certificate are newer', revocation('trust-domain', 'example.org', before)),
]
