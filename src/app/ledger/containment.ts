/**
 * Automatic containment: what is revoked by itself because of a proven incident. Off unless configured. It has a brake, since
 * whoever holds a stolen token can make incidents on purpose; beyond the brake an incident is told and nothing is cut off.
 */
import { randomBytes } from 'node:crypto'
import type { Revocation } from '../../check/revocation/revocation.ts'
import type { Config } from '../../config/schema.ts'
import type { Incident, IncidentClass } from '../../ledger/incident.ts'
import type { Logger } from '../../observability/logger.ts'

export const CONTAINMENT_KINDS = ['session', 'key', 'subject'] as const
export type ContainmentKind = (typeof CONTAINMENT_KINDS)[number]
export const CONTAINMENT_OUTCOMES = ['done', 'braked', 'failed'] as const
export type ContainmentOutcome = (typeof CONTAINMENT_OUTCOMES)[number]

/** What is to be cut off, as a list of revocations names it. */
export type ContainmentTarget = Pick<Revocation, 'kind' | 'value' | 'issuer'>

/** An incident, and what is known of its session in this process at this moment. */
export interface Containable {
  readonly incident: Incident
  /** The route of the incident, else those of its session. */
  readonly routes: readonly string[]
  /** Undefined where it is not known any more, or where there is no such thing: a token without a key. */
  targetOf(kind: ContainmentKind): ContainmentTarget | undefined
}

export interface Containment {
  /** The incident, with what was revoked because of it. Never rejects. */
  contain(what: Containable): Promise<Incident>
}

export interface ContainmentOptions {
  readonly rules: Config['ledger']['containment']
  /** The brake, of this process. */
  readonly maxPerMinute: number
  /** Resolves to undefined once it stands in the list that replicas read, else to what is in the way. */
  write(revocation: Revocation): Promise<string | undefined>
  counted(revoke: ContainmentKind, outcome: ContainmentOutcome): void
  readonly log: Logger
  nowMs(): number
}

const MINUTE_MS = 60_000
const ID_BYTES = 8
/** What was cut off is not cut off again while it stands. Beyond so many the oldest may be: it then stands twice. */
const MAX_STANDING = 10_000
const BY = 'holdfast containment'

export function makeContainment({ rules, maxPerMinute, write, counted, log, nowMs }: ContainmentOptions): Containment {
  /** By target, until when (ms). In the order in which they were cut off. */
  const standing = new Map<string, number>()
  let attempts: readonly number[] = []
  let warnedMs = Number.NEGATIVE_INFINITY

  function stands(target: ContainmentTarget, now: number): boolean {
    return (standing.get(keyOf(target)) ?? 0) > now
  }

  function remember(target: ContainmentTarget, untilMs: number): void {
    const oldest = standing.size < MAX_STANDING ? undefined : standing.keys().next().value
    if (oldest !== undefined) standing.delete(oldest)
    standing.set(keyOf(target), untilMs)
  }

  /** True while fewer were attempted in the last minute than the brake allows; then this one counts. */
  function take(now: number): boolean {
    attempts = attempts.filter((atMs) => now - atMs < MINUTE_MS)
    if (attempts.length >= maxPerMinute) return false
    attempts = [...attempts, now]
    return true
  }

  function braked(incident: Incident, revoke: ContainmentKind, now: number): Incident {
    counted(revoke, 'braked')
    // Once a minute: who makes the incidents must not fill the log as well.
    if (now - warnedMs >= MINUTE_MS) {
      log.warn('containment is braked: incidents are told, and nothing more is cut off', {
        incident: incident.id,
        revoke,
      })
      warnedMs = now
    }
    return incident
  }

  function failed(incident: Incident, revoke: ContainmentKind, problem: string): Incident {
    counted(revoke, 'failed')
    log.error('containment failed', { incident: incident.id, class: incident.class, revoke, problem })
    return incident
  }

  return {
    async contain({ incident, routes, targetOf }) {
      const rule = rules.find((one) => applies(one, incident, routes))
      if (rule === undefined) return incident
      const { revoke, forSeconds } = rule
      const now = nowMs()
      const target = targetOf(revoke)
      if (target === undefined) return failed(incident, revoke, 'what to revoke is not known')
      if (stands(target, now)) return incident
      if (!take(now)) return braked(incident, revoke, now)
      const revocation = revocationOf(target, incident, now / 1000, forSeconds)
      const problem = await write(revocation)
      if (problem !== undefined) return failed(incident, revoke, problem)
      counted(revoke, 'done')
      remember(target, now + forSeconds * 1000)
      const { id, kind } = revocation
      log.warn('contained', {
        incident: incident.id,
        class: incident.class,
        revocation: id,
        kind,
        for_seconds: forSeconds,
      })
      return { ...incident, contained: { id, kind } }
    },
  }
}

/**
 * Only what is proven counts. What a route observes is let pass because nobody knows yet whether its configuration is right:
 * it counts only for a rule that names the route.
 */
function applies(
  { classes, routes }: Config['ledger']['containment'][number],
  incident: Incident,
  seenOn: readonly string[],
): boolean {
  if (incident.confidence !== 'proven' || !classes.includes(incident.class satisfies IncidentClass)) return false
  return routes === null ? incident.outcome !== 'let_pass' : seenOn.some((route) => routes.includes(route))
}

/** For its whole time it cuts off what was issued in that time too: a refreshed token would else undo it at once. */
function revocationOf(
  target: ContainmentTarget,
  incident: Incident,
  nowSeconds: number,
  forSeconds: number,
): Revocation {
  const endSeconds = Math.ceil(nowSeconds) + forSeconds
  return {
    id: `rv-${randomBytes(ID_BYTES).toString('hex')}`,
    ...target,
    issuedBeforeSeconds: endSeconds,
    expiresAtSeconds: endSeconds,
    why: `${incident.class}, incident ${incident.id}`,
    by: BY,
    atSeconds: nowSeconds,
  }
}

function keyOf({ kind, value, issuer = '' }: ContainmentTarget): string {
  return `${kind}\0${issuer}\0${value}`
}
