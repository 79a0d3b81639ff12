/**
 * What was seen of one token since the ledger was last told, counted in place: objects of one shape, nothing made for a use
 * that is like the one before.
 */
import type { Decision } from '../../check/decision.ts'
import type { Reason } from '../../check/reasons.ts'
import type { Binding } from '../../check/route-plan.ts'
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import { type FirstSeen, MAX_ROUTES, MAX_SENDERS, type RevokedAt, type SessionRecord } from '../session-record.ts'
import { boundSenders } from '../tallies.ts'
import type { TokenNames } from './names.ts'

export interface SenderUse {
  peer: string | undefined
  certificate: string | undefined
  address: string
  count: number
  firstMs: number
  lastMs: number
  /** As sent: its hash is made when the ledger is told. */
  agent: string
}

interface RouteUse {
  route: string
  count: number
  lastMs: number
}

export interface SessionDelta {
  names: TokenNames
  token: VerifiedToken
  firstSeen: FirstSeen
  firstMs: number
  lastMs: number
  allowedMs: number | undefined
  held: readonly Binding[]
  uses: number
  allowed: number
  /** By reason of the refusal. */
  refused: Map<Reason, number> | undefined
  senders: SenderUse[]
  sendersOmitted: number
  routes: RouteUse[]
  routesOmitted: number
  nonceHeadMs: number | undefined
  revoked: RevokedAt | undefined
}

/** Twice as many as are kept, so that choosing among them is needed for every eighth new one at most. */
const SENDERS_AT_ONCE = 2 * MAX_SENDERS
const NONE: readonly never[] = []

export function startDelta(names: TokenNames, token: VerifiedToken, firstSeen: FirstSeen, nowMs: number): SessionDelta {
  return {
    names,
    token,
    firstSeen,
    firstMs: nowMs,
    lastMs: nowMs,
    allowedMs: undefined,
    held: NONE,
    uses: 0,
    allowed: 0,
    refused: undefined,
    senders: [],
    sendersOmitted: 0,
    routes: [],
    routesOmitted: 0,
    nonceHeadMs: undefined,
    revoked: undefined,
  }
}

/** @param nowMs when the check began: checks end in another order than they begin */
export function countUse(delta: SessionDelta, decision: Decision, address: string, agent: string, nowMs: number): void {
  const { findings, reason, refusal } = decision
  delta.uses++
  if (nowMs > delta.lastMs) delta.lastMs = nowMs
  if (reason === 'ok') {
    delta.allowed++
    if (delta.allowedMs === undefined || nowMs >= delta.allowedMs) {
      delta.allowedMs = nowMs
      delta.held = findings.held
    }
  } else {
    delta.refused ??= new Map()
    delta.refused.set(reason, (delta.refused.get(reason) ?? 0) + 1)
    if (reason === 'revoked' && refusal?.revocation !== undefined && delta.revoked === undefined) {
      delta.revoked = { ...refusal.revocation, atMs: nowMs }
    }
  }
  if (findings.nonce !== undefined && !(delta.nonceHeadMs !== undefined && delta.nonceHeadMs > nowMs)) {
    delta.nonceHeadMs = nowMs
  }
  countSender(delta, findings.peer.spiffeId, findings.peer.certificateThumbprint, address, agent, nowMs)
  if (findings.route !== undefined) countRoute(delta, findings.route.name, nowMs)
}

function countSender(
  delta: SessionDelta,
  peer: string | undefined,
  certificate: string | undefined,
  address: string,
  agent: string,
  nowMs: number,
): void {
  for (const use of delta.senders) {
    if (use.address !== address || use.peer !== peer || use.certificate !== certificate) continue
    use.count++
    if (nowMs < use.firstMs) use.firstMs = nowMs
    if (nowMs >= use.lastMs) {
      use.lastMs = nowMs
      if (use.agent !== agent) use.agent = agent
    }
    return
  }
  delta.senders.push({ peer, certificate, address, count: 1, firstMs: nowMs, lastMs: nowMs, agent })
  if (delta.senders.length > SENDERS_AT_ONCE) {
    const { kept, omitted } = boundSenders(delta.senders)
    delta.senders = [...kept]
    delta.sendersOmitted += omitted
  }
}

export function isAmong({ peer, certificate, address }: SenderUse, senders: readonly SenderUse[]): boolean {
  return senders.some((one) => one.address === address && one.peer === peer && one.certificate === certificate)
}

function countRoute(delta: SessionDelta, route: string, nowMs: number): void {
  for (const use of delta.routes) {
    if (use.route !== route) continue
    use.count++
    if (nowMs > use.lastMs) use.lastMs = nowMs
    return
  }
  if (delta.routes.length < MAX_ROUTES) delta.routes.push({ route, count: 1, lastMs: nowMs })
  else delta.routesOmitted++
}

/** @param agentHash of a user agent that is not empty */
export function toRecord(delta: SessionDelta, agentHash: (agent: string) => string): SessionRecord {
  const { names, token } = delta
  return {
    id: names.id,
    handle: names.handle,
    issuer: token.issuer,
    subject: names.subject,
    client: token.client,
    holder: token.holder,
    audience: token.audience,
    held: delta.held,
    keyThumbprint: token.confirmation.jkt,
    certificateThumbprint: token.confirmation.x5tS256,
    issuedAtSeconds: token.issuedAtSeconds === undefined ? undefined : Math.floor(token.issuedAtSeconds),
    expiresAtSeconds: Math.ceil(token.expiresAtSeconds),
    tokens: [names.token],
    firstSeenMs: delta.firstMs,
    lastSeenMs: delta.lastMs,
    lastAllowedMs: delta.allowedMs,
    firstSeen: delta.firstSeen,
    uses: delta.uses,
    senders: delta.senders.map((use) => ({ ...use, agent: use.agent === '' ? undefined : agentHash(use.agent) })),
    sendersOmitted: delta.sendersOmitted,
    routes: delta.routes,
    routesOmitted: delta.routesOmitted,
    verdicts: { ...(delta.allowed > 0 && { ok: delta.allowed }), ...Object.fromEntries(delta.refused ?? []) },
    nonceHeadMs: delta.nonceHeadMs,
    revoked: delta.revoked,
    incidents: [],
    incidentCount: 0,
  }
}
