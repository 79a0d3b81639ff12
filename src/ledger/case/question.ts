/**
 * What an investigation starts from: the kinds of identifiers, their one spelling, and where the ledger is looked into for
 * them. Shared by the command and the console. A whole token is refused here: who has one hashes it before it comes so far.
 */
import { LIMITS } from '../../check/request-facts.ts'
import { ok, type Result } from '../../check/result.ts'
import { normaliseRevocationValue } from '../../check/revocation/revocation-value.ts'
import type { Identifiers } from '../identifiers.ts'
import type { Relative } from '../ledger-store.ts'

export const INVESTIGATE_KINDS = [
  'token',
  'jti',
  'session',
  'key',
  'certificate',
  'peer',
  'workload',
  'trust-domain',
  'subject',
  'client',
  'issuer',
  'address',
  'decision',
] as const

export type InvestigateKind = (typeof INVESTIGATE_KINDS)[number]

export interface Question {
  readonly kind: InvestigateKind
  /** In its one spelling (`readQuestion`). `token`: its SHA-256 as hex, or its name in the ledger. */
  readonly value: string
  /** Whose jti or session it is; of a subject or client: only this issuer's. */
  readonly issuer?: string | undefined
}

/** Names in the ledger: 16 bytes of a keyed hash (identifiers.ts). */
const LEDGER_NAME = /^[A-Za-z0-9_-]{22}$/
const SHA256_HEX = /^[0-9a-f]{64}$/
const HASHED = 'hashed:'
/** More issuers than that are not tried in turn. */
const MAX_ISSUERS = 32

/** The error says what is wrong with the words that were given, and does not repeat the value: it may be a secret. */
export function readQuestion(kindText: string, given: string, issuer: string | undefined): Result<Question, string> {
  const kind = INVESTIGATE_KINDS.find((name) => name === kindText)
  if (kind === undefined) return wrong(`there is no kind like this; there are ${INVESTIGATE_KINDS.join(', ')}`)
  if (looksLikeToken(given)) return wrong('the value is a whole token; give its SHA-256 as hex')
  if (!isPlainText(given)) return wrong('the value is empty, too long or not plain text')
  if (issuer !== undefined && !isPlainText(issuer)) return wrong('the issuer is empty, too long or not plain text')
  switch (kind) {
    case 'token':
      return readToken(given, issuer)
    case 'key':
    case 'certificate': {
      const value = normaliseRevocationValue(kind, given, undefined)
      if (!value.ok) return wrong(`the value ${value.error.message}`)
      return value.value.startsWith('serial=')
        ? wrong('the ledger knows certificates by x5t#S256 or SHA-256 fingerprint, not by serial number')
        : ok({ kind, value: value.value, issuer })
    }
    case 'trust-domain': {
      const value = normaliseRevocationValue('trust-domain', given, undefined)
      return value.ok ? ok({ kind, value: value.value, issuer }) : wrong(`the value ${value.error.message}`)
    }
    case 'peer':
    case 'workload': {
      const value = normaliseRevocationValue('workload', given, undefined)
      if (!value.ok) return wrong(`the value ${value.error.message}`)
      return given.endsWith('/*') ? wrong('name one workload, not a prefix') : ok({ kind, value: given, issuer })
    }
    default:
      return ok({ kind, value: given, issuer })
  }
}

function readToken(given: string, issuer: string | undefined): Result<Question, string> {
  const hash = given.toLowerCase()
  if (SHA256_HEX.test(hash)) return ok({ kind: 'token', value: hash, issuer })
  if (issuer !== undefined) return ok({ kind: 'jti', value: given, issuer })
  if (LEDGER_NAME.test(given)) return ok({ kind: 'token', value: given, issuer })
  return wrong('the value is no SHA-256 of a token as hex; a jti needs its issuer beside it')
}

/** Where to look: sessions by their id, and both sessions and incidents by what they are related to. */
export interface Seeds {
  readonly ids: readonly string[]
  readonly relatives: readonly Relative[]
}

/** @param issuers what the configuration names: a jti or session without an issuer is tried with each */
export function seedsOf({ kind, value, issuer }: Question, names: Identifiers, issuers: readonly string[]): Seeds {
  const tried = issuer === undefined ? issuers.slice(0, MAX_ISSUERS) : [issuer]
  switch (kind) {
    case 'token':
      return { ids: [], relatives: [{ relation: 'token', value: tokenName(value, names) }] }
    case 'jti':
      return { ids: [], relatives: tried.map((of) => ({ relation: 'jti', value: names.jti(of, value) })) }
    case 'session':
      return sessionSeeds(value, names, tried)
    case 'peer':
      return { ids: [], relatives: [{ relation: 'workload', value }] }
    case 'subject':
      return { ids: [], relatives: [{ relation: 'subject', value: subjectName(value, names) }] }
    default:
      return { ids: [], relatives: [{ relation: kind, value }] }
  }
}

/** As upstreams get it in x-holdfast-session: the sid, else the jti, else the token's hash; or as the ledger names it. */
function sessionSeeds(value: string, names: Identifiers, issuers: readonly string[]): Seeds {
  const ids = issuers.map((of) => names.sessionId(of, value))
  if (LEDGER_NAME.test(value)) ids.push(value)
  const byJti = issuers.map((of): Relative => ({ relation: 'jti', value: names.jti(of, value) }))
  const byHash: Relative[] = SHA256_HEX.test(value) ? [{ relation: 'token', value: names.token(value) }] : []
  const bySession = ids.map((id): Relative => ({ relation: 'session', value: id }))
  return { ids, relatives: [...bySession, ...byJti, ...byHash] }
}

function tokenName(value: string, names: Identifiers): string {
  return SHA256_HEX.test(value) ? names.token(value) : value
}

/** A subject as the ledger keeps it is taken as well: the console links by it. */
export function subjectName(value: string, names: Pick<Identifiers, 'subject'>): string {
  return isHashedSubject(value) ? value : names.subject(value)
}

/** Whether it stands there as a hash: only who knows its name can revoke it. */
export function isHashedSubject(subject: string): boolean {
  return subject.startsWith(HASHED)
}

/** A JWT, signed or encrypted, well formed or not: parts with dots between them, the first a JSON object. */
export function looksLikeToken(text: string): boolean {
  const parts = text.trim().split('.')
  const first = Buffer.from(parts[0] ?? '', 'base64url').toString()
  return (parts.length === 3 || parts.length === 5) && /^\s*\{/.test(first)
}

/** As claims are bounded: what is longer could never be found. */
function isPlainText(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= LIMITS.claimBytes && text.isWellFormed() && !/\p{Cc}/u.test(text)
}

function wrong(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error }
}
