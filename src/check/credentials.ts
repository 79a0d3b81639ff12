/**
 * Authorization and DPoP fields → one token and at most one proof (RFC 9110 §11.4, RFC 6750 §2.1, RFC 9449 §7.1). More than
 * one way of sending either is refused: which one counts must not be a matter of parsing order (A1, A28, A29).
 */
import type { Scheme } from './decision.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { RequestFacts } from './request-facts.ts'
import { ok, type Result } from './result.ts'

export interface Credentials {
  readonly scheme: Scheme
  readonly token: string
  /** Undefined: no DPoP field. An empty field is a proof too, a malformed one. */
  readonly proof: string | undefined
}

const SCHEMES: Readonly<Record<string, Scheme>> = { dpop: 'dpop', bearer: 'bearer' }
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/

/** Refuses with token_missing, credentials_malformed, credentials_ambiguous. */
export function readCredentials(facts: RequestFacts): Result<Credentials, Refusal> {
  const inQuery = hasQueryToken(facts.path)
  const field = facts.authorization[0]
  if (facts.authorization.length > 1) return refuse('credentials_ambiguous', 'two Authorization fields')
  if (field === undefined) return missing(inQuery ? 'token in the query only' : 'no Authorization field')
  const space = field.indexOf(' ')
  const name = (space === -1 ? field : field.slice(0, space)).toLowerCase()
  const scheme = Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined
  // Envoy joins two Authorization fields with a bare comma, and no comma stands in a scheme or in token68 (A29).
  if (field.includes(',') && mentionsOurScheme(field)) {
    return refuse('credentials_ambiguous', 'a comma in Authorization: two fields, or a list')
  }
  if (scheme === undefined) return missing('another scheme')
  const token = field.slice(space).trimStart()
  if (space === -1 || !TOKEN68.test(token) || !onlySpaces(field.slice(space, field.length - token.length))) {
    return refuse('credentials_malformed', 'Authorization is not a scheme, spaces and one token68')
  }
  if (inQuery) return refuse('credentials_ambiguous', 'a token in Authorization and in the query')
  if (facts.dpop.length > 1 || facts.dpop[0]?.includes(',')) {
    return refuse('credentials_ambiguous', 'more than one DPoP field', { answer: 'proof' })
  }
  return ok({ scheme, token, proof: facts.dpop[0] })
}

function missing(detail: string): { readonly ok: false; readonly error: Refusal } {
  return refuse('token_missing', detail)
}

/** RFC 9110 §11.4 allows spaces only, where trimStart() took any white space. */
function onlySpaces(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== 0x20) return false
  return true
}

function mentionsOurScheme(field: string): boolean {
  return field.split(',').some((part) => {
    const name = part.trim().split(' ', 1)[0]
    return name !== undefined && Object.hasOwn(SCHEMES, name.toLowerCase())
  })
}

/** RFC 6750 §2.3 is not accepted here; beside a header it is a second way of sending a token (C18, A29). */
function hasQueryToken(path: string): boolean {
  const start = path.indexOf('?')
  if (start === -1) return false
  return path
    .slice(start + 1)
    .split('&')
    .some((pair) => decodedName(pair) === 'access_token')
}

function decodedName(pair: string): string {
  const end = pair.indexOf('=')
  const name = end === -1 ? pair : pair.slice(0, end)
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
