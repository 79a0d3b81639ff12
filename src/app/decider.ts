/**
 * One Check from facts to answer, with everything around the pure path: decision id, time taken, the single catch, and the
 * observers. What is counted is what was sent: an answer is made, and its decision told, only when Envoy gets it.
 */
import { randomUUID } from 'node:crypto'
import { answerOf, type EnvoyAnswer } from '../check/answer.ts'
import { type CheckDeps, check } from '../check/check.ts'
import { decide, noFindings } from '../check/decide.ts'
import type { Decision } from '../check/decision.ts'
import type { CheckObserver } from '../check/observer.ts'
import { type Refusal, refusal } from '../check/refusal.ts'
import { NO_FACTS, type RequestFacts } from '../check/request-facts.ts'
import { findRoute } from '../check/routes.ts'

export interface Decider {
  /** The decision, as a thunk that tells the observers and makes the answer. Rejects only when a port is at fault. */
  decide(facts: RequestFacts | Refusal): Promise<() => EnvoyAnswer>
  /** More checks in flight than `maxConcurrentChecks`. */
  shed(): EnvoyAnswer
  /** No decision within `deadlineMs`. */
  late(facts?: RequestFacts): EnvoyAnswer
  /** The Check lacks the client secret. */
  unauthenticated(): EnvoyAnswer
  /** A fault of ours. */
  failed(error: unknown, facts?: RequestFacts): EnvoyAnswer
}

export interface DeciderOptions {
  /** Read on each check: a new configuration replaces it whole. */
  readonly deps: () => CheckDeps
  readonly observer: CheckObserver
  readonly onShed: () => void
  /** The error may hold anything: redact before logging. */
  readonly onFault: (error: unknown, decisionId: string) => void
}

export function makeDecider({ deps, observer, onShed, onFault }: DeciderOptions): Decider {
  function told(decision: Decision, facts: RequestFacts, startedMs: number): EnvoyAnswer {
    observer.decided({ decision, facts, durationMs: performance.now() - startedMs })
    return answerOf(decision, facts)
  }

  /** A denial that no check came to. Where the route is known to observe only, it passes and is counted as would-deny. */
  function withoutCheck(refused: Refusal, facts: RequestFacts = NO_FACTS, id: string = randomUUID()): EnvoyAnswer {
    const findings = noFindings(deps().clock.nowMs())
    const route = findRoute(facts, deps().routes)
    if (route.ok) findings.route = route.value
    return told(decide(id, findings, refused), facts, performance.now())
  }

  return {
    async decide(facts) {
      const startedMs = performance.now()
      const id = randomUUID()
      if ('reason' in facts) {
        const decision = decide(id, noFindings(deps().clock.nowMs()), facts)
        return () => told(decision, NO_FACTS, startedMs)
      }
      const decision = await check(facts, id, deps())
      return () => told(decision, facts, startedMs)
    },
    shed() {
      onShed()
      return withoutCheck(refusal('deadline_exceeded', 'shed: maxConcurrentChecks are in flight'))
    },
    late: (facts) => withoutCheck(refusal('deadline_exceeded', 'no decision within deadlineMs'), facts),
    unauthenticated: () =>
      withoutCheck(refusal('internal_error', 'a Check without the right x-holdfast-client-secret')),
    failed(error, facts) {
      const id = randomUUID()
      onFault(error, id)
      return withoutCheck(refusal('internal_error', 'a fault of ours, see the log line of this decision id'), facts, id)
    },
  }
}
