/**
 * One log line a decision, within a rate: an attacker must not fill the disk. Denials and would-be denials have a rate of
 * their own, so that allows under `all` (a sample when there are many) never push one out. What was left out is counted in a
 * line of its own, at most once a second, and at the end.
 */
import type { CheckEvent } from '../check/observer.ts'
import { decisionRecord } from './decision-record.ts'
import type { Logger } from './logger.ts'
import { makeTokenBucket } from './token-bucket.ts'

/** `log.decisions`; `denied` includes what observe let pass, and what passed by an insecure choice for outages. */
export type DecisionLogLevel = 'none' | 'denied' | 'all'

export interface DecisionLog {
  decided(event: CheckEvent): void
  /** Says what was left out and not yet told; for the end. */
  flush(): void
}

const DENIED = { perSecond: 50, burst: 200 }
const ALLOWED = { perSecond: 10, burst: 50 }
/** Under attack a line fits in now and then; telling the count with each would double the log. */
const TELL_EVERY_MS = 1000

/** `logger` must let `info` through whatever level the rest has: the level of decisions is their own. */
export function makeDecisionLog(logger: Logger, level: DecisionLogLevel): DecisionLog {
  const denied = makeLane(logger, 'denied', DENIED)
  const allowed = makeLane(logger, 'allowed', ALLOWED)
  return {
    decided(event) {
      if (level === 'none') return
      const { verdict, wouldDeny, findings } = event.decision
      if (verdict === 'deny' || wouldDeny || findings.degraded.length > 0) denied.write(event)
      else if (level === 'all') allowed.write(event)
    },
    flush() {
      denied.flush()
      allowed.flush()
    },
  }
}

interface Lane {
  write(event: CheckEvent): void
  flush(): void
}

function makeLane(logger: Logger, name: string, rate: { readonly perSecond: number; readonly burst: number }): Lane {
  const bucket = makeTokenBucket(rate.perSecond, rate.burst)
  let suppressed = 0
  let toldAtMs = Number.NEGATIVE_INFINITY

  function flush(): void {
    if (suppressed > 0) logger.info('decisions left out of the log', { lane: name, suppressed })
    suppressed = 0
  }

  return {
    write(event) {
      if (!bucket.take(event.decision.findings.nowMs)) {
        suppressed++
        return
      }
      const { nowMs } = event.decision.findings
      if (nowMs - toldAtMs >= TELL_EVERY_MS) {
        flush()
        toldAtMs = nowMs
      }
      logger.info('decision', decisionRecord(event))
    },
    flush,
  }
}
