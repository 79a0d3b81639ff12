/** docs/reasons.md: every reason, what it means, and the answer on the wire as the code gives it. */
import { answerOf } from '../../src/check/answer.ts'
import type { Decision, Scheme } from '../../src/check/decision.ts'
import { NO_PEER } from '../../src/check/peer/peer.ts'
import { type Answer, REASON_NAMES, REASONS, type Reason } from '../../src/check/reasons.ts'
import { NO_FACTS } from '../../src/check/request-facts.ts'
import type { RoutePlan } from '../../src/check/route-plan.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** `route` is the one that the answers are shown for. */
export function reasonsPage(route: RoutePlan): string {
  return `${generatedFrom('src/check/reasons.ts')}

# Reasons

Every refusal has one of these reasons. It is the same in the log, in the metric label \`reason\`, in Envoy's dynamic
metadata and in \`holdfast drill\`. The **class** says what the reason tells about impersonation. The wire says less: a fixed
text for each reason, nothing of the request.

${table(
  ['reason', 'class', 'answer', 'status', 'meaning', 'text on the wire', 'labels'],
  REASON_NAMES.map((reason) => reasonRow(reason, route)),
)}

Labels: MITRE ATT&CK techniques (T…), OWASP Non-Human Identities Top 10 (NHI…), NIST CSF 2.0 subcategories.

## Answers

As a route answers that takes \`dpop\` and \`certificate\` (any of them), to a request under the \`DPoP\` scheme and to one under
\`Bearer\`. A DPoP challenge stands first, in a field of its own. Every denial carries \`Cache-Control: no-store\`, the header
\`x-holdfast-decision\` and a body \`{"error":"…","error_description":"…","decision_id":"…"}\`.

${table(
  ['answer', 'status', 'error in the body', 'challenges under DPoP', 'challenges under Bearer'],
  answers().map(([answer, reason]) => answerRow(answer, reason, route)),
)}
`
}

function reasonRow(reason: Reason, route: RoutePlan): readonly string[] {
  const { class: cls, answer, meaning, publicText, attack, nhi, csf } = REASONS[reason]
  const labels = [...attack, ...nhi, ...csf].join(', ')
  const status = String(answerOf(denial(reason, 'dpop', route), NO_FACTS).status)
  return [code(reason), cls, answer, status, meaning, publicText, labels]
}

/** Each answer once, with a reason that has it. */
function answers(): readonly (readonly [Answer, Reason])[] {
  const seen = new Map<Answer, Reason>()
  for (const reason of REASON_NAMES) {
    const { answer } = REASONS[reason]
    if (!seen.has(answer)) seen.set(answer, reason)
  }
  return [...seen]
}

function answerRow(answer: Answer, reason: Reason, route: RoutePlan): readonly string[] {
  const [dpop, bearer] = (['dpop', 'bearer'] as const).map((scheme) =>
    answerOf(denial(reason, scheme, route), NO_FACTS),
  )
  if (dpop === undefined || bearer === undefined) throw new Error('both schemes have an answer')
  const { error } = JSON.parse(dpop.body) as { error: string }
  const text = REASONS[reason].publicText
  return [answer, String(dpop.status), code(error), ...[dpop, bearer].map(({ headers }) => challenges(headers, text))]
}

function challenges(headers: readonly (readonly [string, string])[], publicText: string): string {
  const shown = headers.flatMap(([name, value]) => {
    if (name === 'www-authenticate') return [code(value.replace(publicText, '…'))]
    return name === 'retry-after' ? [code(`Retry-After: ${value}`)] : []
  })
  return shown.length === 0 ? 'none' : shown.join('<br>')
}

function denial(reason: Reason, scheme: Scheme, route: RoutePlan): Decision {
  const findings = { nowMs: 0, route, peer: NO_PEER, scheme, token: undefined, keyThumbprint: undefined }
  return {
    id: '',
    verdict: 'deny',
    reason,
    mode: 'enforce',
    wouldDeny: false,
    refusal: { reason, detail: '' },
    findings: {
      ...findings,
      proofAgeSeconds: undefined,
      held: [],
      nonce: undefined,
      proofUse: undefined,
      degraded: [],
    },
  }
}
