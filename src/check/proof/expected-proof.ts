import type { Credentials } from '../credentials.ts'
import type { RequestFacts } from '../request-facts.ts'
import type { RoutePlan } from '../route-plan.ts'
import type { VerifiedToken } from '../token/verified-token.ts'
import type { ExpectedProof } from './dpop-proof.ts'

/** What the proof must show, from the configuration and the verified token; of the request only method and path (A13). */
export function expectedProof(
  facts: RequestFacts,
  credentials: Credentials,
  token: VerifiedToken,
  route: RoutePlan,
  nowMs: number,
): ExpectedProof {
  return {
    method: facts.method,
    origin: route.origin,
    path: utf8Text(facts.path),
    token: credentials.token,
    algorithms: route.proof.algorithms,
    maxAgeSeconds: route.proof.maxAgeSeconds,
    futureSkewSeconds: route.proof.futureSkewSeconds,
    nowMs,
    jkt: token.confirmation.jkt ?? '',
  }
}

/** Facts are byte strings; `htu` is text. Bytes that are no UTF-8 become U+FFFD, which has no normal form. */
function utf8Text(bytes: string): string {
  return NON_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

const NON_ASCII = /[^\0-\x7f]/
