/**
 * What may stand as the value of a revocation, and its one spelling: the same for the command line and for the watched
 * file, so that an entry which could never match is refused where it is written.
 */
import { decodeBase64Url } from '../codec/base64url.ts'
import { parseIssuerSerial } from '../peer/issuer-serial.ts'
import { isTrustDomain, parseSpiffePattern } from '../peer/spiffe-id.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'
import type { RevocationKind } from './revocation.ts'

/** The kinds that one issuer may be named for; what they are called is only unique with it. */
const KINDS_OF_AN_ISSUER: ReadonlySet<RevocationKind> = new Set(['token', 'session', 'subject', 'client'])

/** One value of each kind, for help texts and messages. */
export const EXAMPLES: Readonly<Record<RevocationKind, string>> = {
  token: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  session: '08a5019c-17e1-4977-8f42-65a12843ea02',
  subject: 'system:serviceaccount:ci:runner',
  client: 'build-runner',
  key: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  certificate: 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0',
  workload: 'spiffe://example.org/ns/ci/sa/runner',
  'trust-domain': 'example.org',
  issuer: 'https://as.example.com',
}

/**
 * The value as the index compares it. `issuer` is the one that the entry is narrowed to. The error says what is wrong in
 * words that follow the value, with an example; it does not repeat the value, which may be a secret put in by mistake.
 */
export function normaliseRevocationValue(
  kind: RevocationKind,
  value: string,
  issuer: string | undefined,
): Result<string, { readonly message: string }> {
  if (issuer !== undefined && !KINDS_OF_AN_ISSUER.has(kind)) return wrong(`a ${kind} takes no issuer`, kind)
  if (issuer !== undefined && !isPlainText(issuer))
    return wrong('the issuer is empty, too long or not plain text', kind)
  if (!isPlainText(value)) return wrong('is empty, too long or not plain text', kind)
  const [fault, normal] = READERS[kind](value, issuer)
  return normal === undefined ? wrong(fault, kind) : ok(normal)
}

/** What is said when it is wrong, and the normal form when it is right. */
type Reading = readonly [fault: string, normal: string | undefined]

const READERS: Readonly<Record<RevocationKind, (value: string, issuer: string | undefined) => Reading>> = {
  token: readToken,
  session: (value) => ['', value],
  subject: (value) => ['', value],
  client: (value) => ['', value],
  key: (value) => ['is no RFC 7638 thumbprint (43 characters of base64url)', isSha256(value) ? value : undefined],
  certificate: readCertificate,
  workload: readWorkload,
  'trust-domain': (value) => [
    'is no SPIFFE trust domain (its bare name, lower case)',
    isTrustDomain(value) ? value : undefined,
  ],
  issuer: (value) => ['', value],
}

function readToken(value: string, issuer: string | undefined): Reading {
  const hash = hexOf(value)
  if (issuer === undefined) return ['is no SHA-256 of a token as hex; a jti needs its issuer beside it', hash]
  return [
    `is longer than a jti may be (${LIMITS.jtiBytes} bytes)`,
    value.length > LIMITS.jtiBytes ? undefined : (hash ?? value),
  ]
}

/** `x5t#S256`, the fingerprint as OpenSSL and browsers print it, or serial number and issuer. */
function readCertificate(value: string): Reading {
  const issuerSerial = parseIssuerSerial(value)
  if (issuerSerial !== undefined) return ['', issuerSerial]
  const hex = hexOf(/^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31}$/.test(value) ? value.replaceAll(':', '') : value)
  const thumbprint = hex === undefined ? value : Buffer.from(hex, 'hex').toString('base64url')
  const fault =
    'is no x5t#S256 (43 characters of base64url), no SHA-256 fingerprint as hex, and no serial=HEX issuer=NAME'
  return [fault, isSha256(thumbprint) ? thumbprint : undefined]
}

function readWorkload(value: string): Reading {
  const pattern = parseSpiffePattern(value)
  const named = pattern !== undefined && (pattern.kind === 'below' || value.indexOf('/', 'spiffe://'.length) !== -1)
  return ['is no SPIFFE ID of a workload, and no prefix of one that ends in /*', named ? value : undefined]
}

function hexOf(value: string): string | undefined {
  return /^[0-9A-Fa-f]{64}$/.test(value) ? value.toLowerCase() : undefined
}

function isSha256(text: string): boolean {
  return decodeBase64Url(text)?.length === 32
}

/** As claims are bounded: what is longer could never match. Control characters would fool whoever reads the list. */
function isPlainText(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= LIMITS.claimBytes && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

function wrong(
  fault: string,
  kind: RevocationKind,
): { readonly ok: false; readonly error: { readonly message: string } } {
  return { ok: false, error: { message: `${fault}; for example: ${kind} ${EXAMPLES[kind]}` } }
}
