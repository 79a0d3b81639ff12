/** From a refusal to an incident: what it says about impersonation, how sure that is, and who the two senders are. */
import { hash } from 'node:crypto'
import { readCredentials } from '../../check/credentials.ts'
import type { Decision } from '../../check/decision.ts'
import type { CheckEvent } from '../../check/observer.ts'
import { senderOf } from '../../check/proof/holder-tag.ts'
import type { Refusal } from '../../check/refusal.ts'
import { senderHash } from '../../check/replay/replay-key.ts'
import type { RequestFacts } from '../../check/request-facts.ts'
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import type { Identifiers } from '../identifiers.ts'
import type { Counterpart, Incident } from '../incident.ts'
import type { Sender } from '../sender.ts'
import { JUDGEMENTS, type Judgement } from './verdict-table.ts'

/** Undefined for a clean allow, and for refusals that accuse nobody. */
export function incidentOfVerdict(
  { decision, facts }: CheckEvent,
  names: Identifiers,
  newId: (nowMs: number) => string,
): Incident | undefined {
  const { refusal, findings } = decision
  const judgement = refusal === undefined ? undefined : judge(refusal, decision, facts)
  if (refusal === undefined || judgement === undefined) return undefined
  const { token, route, nowMs } = findings
  const atMs = Math.floor(nowMs)
  return {
    id: newId(atMs),
    class: judgement.class,
    confidence: judgement.confidence,
    by: judgement.by,
    atMs,
    lastMs: atMs,
    count: 1,
    outcome: decision.verdict === 'deny' ? 'denied' : 'let_pass',
    reason: refusal.reason,
    decisionId: decision.id,
    route: route?.name,
    session: token === undefined ? undefined : names.session(token),
    token: tokenName(token, facts, names),
    issuer: token?.issuer,
    subject: token?.subject === undefined ? undefined : names.subject(token.subject),
    client: token?.client,
    holder: token?.holder,
    key: token?.confirmation.jkt,
    foreignKey: refusal.foreignKey,
    sender: senderOf(findings.peer, facts),
    counterpart: counterpartOf(judgement, refusal, token),
    revocation: refusal.revocation,
    contained: undefined,
  }
}

type Judged = Pick<Judgement, 'class' | 'confidence' | 'by'>

function judge(refusal: Refusal, { findings }: Decision, facts: RequestFacts): Judged | undefined {
  const row: Judgement | undefined = JUDGEMENTS[refusal.reason]
  if (row === undefined) return undefined
  const { token, peer } = findings
  if (refusal.firstUse !== undefined) {
    const again = senderHash(peer.spiffeId ?? peer.certificateThumbprint, facts.sourceAddress).toString('hex')
    return again === refusal.firstUse.sender
      ? row
      : { class: row.class, confidence: 'proven', by: 'one proof came from two senders' }
  }
  const byAnother = token?.holder !== undefined && peer.spiffeId !== undefined && token.holder !== peer.spiffeId
  if (byAnother && row.byAnother !== undefined) return { class: row.class, confidence: 'proven', by: row.byAnother }
  return row.onlyByAnother ? undefined : row
}

/**
 * A token that is refused before it is verified (expired) is told by its hash only, so that what the ledger knows of it from
 * before can be found.
 */
function tokenName(token: VerifiedToken | undefined, facts: RequestFacts, names: Identifiers): string | undefined {
  if (token !== undefined) return names.token(token.sha256)
  const sent = readCredentials(facts)
  return sent.ok ? names.token(hash('sha256', sent.value.token, 'hex')) : undefined
}

function counterpartOf(
  { class: cls }: Judged,
  refusal: Refusal,
  token: VerifiedToken | undefined,
): Counterpart | undefined {
  if (refusal.firstUse !== undefined) {
    return { role: 'first user', sender: undefined, hash: refusal.firstUse.sender, atMs: refusal.firstUse.atMs }
  }
  const holder = token === undefined || !NAMES_HOLDER.has(cls) ? undefined : holderOfToken(token)
  return holder === undefined ? undefined : { role: 'holder', sender: holder, hash: undefined, atMs: undefined }
}

/** Those where the holder is somebody else, or may be. */
const NAMES_HOLDER: ReadonlySet<Judged['class']> = new Set([
  'stolen',
  'forwarded',
  'transplanted',
  'downgraded',
  'revoked',
  'stale',
])

/** Undefined where the token names neither workload nor certificate: who has its key is nowhere in it. */
function holderOfToken({ holder, confirmation: { x5tS256 } }: VerifiedToken): Sender | undefined {
  return holder === undefined && x5tS256 === undefined ? undefined : { peer: holder, certificate: x5tS256, address: '' }
}
