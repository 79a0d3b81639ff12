/**
 * The `WWW-Authenticate` fields of a refusal (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7). The DPoP challenge stands first, in
 * a field of its own, parameters quoted: that is what deployed clients parse. An `error` stands only in the challenge of the
 * scheme that was used (A32).
 */
import type { Scheme } from './decision.ts'
import { type Answer, REASONS } from './reasons.ts'
import type { Refusal } from './refusal.ts'
import type { RoutePlan } from './route-plan.ts'

/** The code in the body; for 401 and 400 the `error` parameter of the challenge too. */
export const ERROR_CODES: Record<Answer, string> = {
  proof: 'invalid_dpop_proof',
  token: 'invalid_token',
  nonce: 'use_dpop_nonce',
  none: 'unauthorized',
  request: 'invalid_request',
  scope: 'insufficient_scope',
  policy: 'access_denied',
  unavailable: 'temporarily_unavailable',
}

type Parameter = readonly [name: string, value: string]

export function challengeHeaders(
  refusal: Refusal,
  route: RoutePlan | undefined,
  scheme: Scheme | undefined,
): [string, string][] {
  // Without a route nothing of a token or proof was judged (route_unknown, internal_error): there is nothing to challenge for.
  if (route === undefined) return []
  const answer = refusal.answer ?? REASONS[refusal.reason].answer
  const error: Parameter[] = [
    ['error', ERROR_CODES[answer]],
    ['error_description', REASONS[refusal.reason].publicText],
  ]
  switch (answer) {
    case 'policy':
    case 'unavailable':
      return []
    case 'proof':
    case 'nonce':
      return fields(dpop(error, route))
    case 'request':
      return fields(dpop(error, route), bearer(error, route))
    case 'none':
      return withoutError(route)
    case 'token':
    case 'scope': {
      if (answer === 'scope') error.push(['scope', route.require.scopes.join(' ')])
      if (answersAsDpop(route, scheme)) return fields(dpop(error, route))
      return route.binding.takesDpop ? fields(dpop([], route), bearer(error, route)) : fields(bearer(error, route))
    }
  }
}

/** W0: nothing was sent, so nothing is said to be wrong; Bearer is offered where a plain token would do (W0, A32). */
function withoutError(route: RoutePlan): [string, string][] {
  if (!route.binding.takesDpop) return fields(bearer([], route))
  return route.binding.accepted.has('insecureBearer')
    ? fields(dpop([], route), bearer([], route))
    : fields(dpop([], route))
}

/** The scheme that was used carries the error, as far as the route takes it (W2 against W6; A24). */
function answersAsDpop(route: RoutePlan, scheme: Scheme | undefined): boolean {
  return scheme === 'bearer' ? !route.binding.takesBearer : route.binding.takesDpop || scheme === 'dpop'
}

function dpop(parameters: readonly Parameter[], route: RoutePlan): string {
  return challenge('DPoP', [...parameters, ['algs', [...route.proof.algorithms].join(' ')]], route)
}

function bearer(parameters: readonly Parameter[], route: RoutePlan): string {
  return challenge('Bearer', parameters, route)
}

function challenge(scheme: string, parameters: readonly Parameter[], route: RoutePlan): string {
  const all =
    route.resourceMetadata === undefined ? parameters : [...parameters, ['resource_metadata', route.resourceMetadata]]
  const text = all.map(([name, value]) => `${name}="${value}"`).join(', ')
  return text === '' ? scheme : `${scheme} ${text}`
}

function fields(...challenges: readonly string[]): [string, string][] {
  return challenges.map((text) => ['www-authenticate', text])
}
