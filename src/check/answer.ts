/**
 * What Envoy is told, as plain data: the decision in the terms of HTTP. transport/ turns it into bytes and checks its shape
 * once more.
 */
import { challengeHeaders, ERROR_CODES } from './challenge.ts'
import type { Decision } from './decision.ts'
import { headerValue } from './header-value.ts'
import { type Answer, REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { RequestFacts } from './request-facts.ts'
import { sessionOf } from './session.ts'
import { shortHash } from './short-hash.ts'

export type Header = readonly [name: string, value: string]

export interface EnvoyAnswer {
  readonly allow: boolean
  /** HTTP status of a denial; 200 on an allow, where Envoy does not look at it. */
  readonly status: number
  /** Denial: response headers, repeated names kept. Allow: request headers for the upstream, over any client copy. */
  readonly headers: readonly Header[]
  /** Allow: request headers that the upstream must not see. Never a name of `headers`: Envoy removes last. */
  readonly removeHeaders: readonly string[]
  /** Allow: response headers, over the upstream's own. */
  readonly responseHeaders: readonly Header[]
  /** Denial: JSON. */
  readonly body: string
  /** Dynamic metadata under `envoy.filters.http.ext_authz`. */
  readonly metadata: Readonly<Record<string, string | boolean>>
}

const STATUS: Record<Answer, number> = {
  proof: 401,
  token: 401,
  nonce: 401,
  none: 401,
  request: 400,
  scope: 403,
  policy: 403,
  unavailable: 503,
}

const RETRY_AFTER_SECONDS = '1'
const EXPOSED = 'WWW-Authenticate, DPoP-Nonce'
const NO_HEADERS: readonly Header[] = []

const IDENTITY_HEADERS = [
  'x-holdfast-decision',
  'x-holdfast-issuer',
  'x-holdfast-subject',
  'x-holdfast-client',
  'x-holdfast-session',
  'x-holdfast-binding',
  'x-holdfast-peer',
  'x-holdfast-scope',
] as const

/** The whole answer to one decision. `facts` are needed for what is taken away from the request, and for `Bearer`. */
export function answerOf(decision: Decision, facts: RequestFacts): EnvoyAnswer {
  return decision.verdict === 'allow' ? allowAnswer(decision, facts) : denyAnswer(decision)
}

function denyAnswer(decision: Decision): EnvoyAnswer {
  const refusal: Refusal = decision.refusal ?? { reason: 'internal_error', detail: 'denied without a refusal' }
  const { route, nonce } = decision.findings
  const answer = refusal.answer ?? REASONS[refusal.reason].answer
  const headers: Header[] = challengeHeaders(refusal, route, decision.findings.scheme)
  if (nonce !== undefined) headers.push(['dpop-nonce', nonce])
  if (answer === 'unavailable') headers.push(['retry-after', RETRY_AFTER_SECONDS])
  if (route?.cors === true) headers.push(['access-control-expose-headers', EXPOSED])
  headers.push(
    ['cache-control', 'no-store'],
    ['content-type', 'application/json'],
    ['x-holdfast-decision', decision.id],
  )
  const body = JSON.stringify({
    error: ERROR_CODES[answer],
    error_description: REASONS[refusal.reason].publicText,
    decision_id: decision.id,
  })
  return {
    allow: false,
    status: STATUS[answer],
    headers,
    removeHeaders: [],
    responseHeaders: NO_HEADERS,
    body,
    metadata: metadataOf(decision),
  }
}

function allowAnswer(decision: Decision, facts: RequestFacts): EnvoyAnswer {
  const { route, nonce } = decision.findings
  const headers = decision.reason === 'ok' ? identityHeaders(decision) : [decisionHeader(decision)]
  const removeHeaders: string[] = []
  for (const name of IDENTITY_HEADERS) {
    if (!headers.some(([set]) => set === name)) removeHeaders.push(name)
  }
  for (const name of facts.holdfastHeaders) {
    if (!(IDENTITY_HEADERS as readonly string[]).includes(name)) removeHeaders.push(name)
  }
  // Where nothing was verified (mode off, a preflight, a refusal that observe let pass) the credentials stay as they came.
  if (decision.findings.token !== undefined && decision.reason === 'ok') {
    removeHeaders.push('dpop')
    const rule = route?.upstream.authorization
    if (rule === 'strip') removeHeaders.push('authorization')
    if (rule === 'bearer') headers.push(['authorization', `Bearer ${tokenText(facts)}`])
  }
  const responseHeaders: Header[] = []
  if (nonce !== undefined) responseHeaders.push(['dpop-nonce', nonce], ['cache-control', 'no-store'])
  if (route?.cors === true) responseHeaders.push(['access-control-expose-headers', EXPOSED])
  return { allow: true, status: 200, headers, removeHeaders, responseHeaders, body: '', metadata: metadataOf(decision) }
}

function identityHeaders(decision: Decision): Header[] {
  const { token, peer, held } = decision.findings
  const headers: Header[] = [decisionHeader(decision)]
  if (token === undefined) return headers
  const add = (name: (typeof IDENTITY_HEADERS)[number], value: string | undefined): void => {
    if (value !== undefined && value !== '') headers.push([name, headerValue(value)])
  }
  add('x-holdfast-issuer', token.issuer)
  add('x-holdfast-subject', token.subject)
  add('x-holdfast-client', token.client)
  add('x-holdfast-session', sessionOf(token).id)
  add('x-holdfast-binding', held.length === 0 ? 'none' : held.join(','))
  add('x-holdfast-peer', peer.spiffeId)
  if (token.scope !== undefined && token.scope !== '') headers.push(['x-holdfast-scope', headerValue(token.scope, '%')])
  return headers
}

function decisionHeader(decision: Decision): Header {
  return ['x-holdfast-decision', decision.id]
}

/** The token of the one Authorization field that the check accepted: scheme, spaces, token68 (credentials.ts). */
function tokenText(facts: RequestFacts): string {
  const value = facts.authorization[0] ?? ''
  return value.slice(value.lastIndexOf(' ') + 1)
}

function metadataOf(decision: Decision): Record<string, string | boolean> {
  const { token, peer, held, route, keyThumbprint, degraded } = decision.findings
  const metadata: Record<string, string | boolean> = {
    decision_id: decision.id,
    verdict: decision.verdict,
    mode: decision.mode,
    reason: decision.reason,
    class: decision.reason === 'ok' ? 'none' : REASONS[decision.reason].class,
    would_deny: decision.wouldDeny,
  }
  if (route !== undefined) metadata['route'] = route.name
  if (peer.spiffeId !== undefined) metadata['peer'] = peer.spiffeId
  if (keyThumbprint !== undefined) metadata['key'] = shortHash(keyThumbprint)
  if (degraded.length > 0) metadata['degraded'] = degraded.join(',')
  if (token !== undefined) {
    metadata['issuer'] = token.issuer
    metadata['binding'] = held.length === 0 ? 'none' : held.join(',')
    metadata['token'] = token.sha256.slice(0, 16)
    metadata['session'] = shortHash(sessionOf(token).key)
  }
  return metadata
}
