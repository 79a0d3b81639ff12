/**
 * Waits until the ledger has written what the drill did. It writes in batches, off the decision path, one batch after the
 * other, sessions before incidents. So once a use that was made after all others is known, and then one that was made
 * after that, the batch of the others is written to its end, incidents and all.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, login, type Session, type Stage } from '../session.ts'
import type { CaseSource } from './case-source.ts'

const INTERVAL_MS = 100
const BATCHES = 2

/** Resolves to what is the matter where a batch is not written in time; each gateway is a process of its own. */
export async function settle(stage: Stage, cases: CaseSource, patienceMs: number): Promise<string | undefined> {
  const targets = [stage.target, ...(stage.second === undefined ? [] : [stage.second])]
  const faults = await Promise.all(targets.map((target) => settleAt({ ...stage, target }, cases, patienceMs)))
  return faults.find((fault) => fault !== undefined)
}

async function settleAt(stage: Stage, cases: CaseSource, patienceMs: number): Promise<string | undefined> {
  for (let batch = 0; batch < BATCHES; batch++) {
    const session = await login(stage, 'payments', 'payments', { bind: ['key'] })
    await attempt(stage, session)
    const fault = await untilKnown(session, stage, cases, Date.now() + patienceMs)
    if (fault !== undefined) return fault
  }
  return undefined
}

async function untilKnown(
  { sessionId }: Session,
  { world }: Stage,
  cases: CaseSource,
  endMs: number,
): Promise<string | undefined> {
  for (;;) {
    const asked = await cases.ask({ kind: 'session', value: sessionId, issuer: world.issuer })
    if (asked.ok && asked.value.finding.name !== 'nothing known') return undefined
    if (Date.now() >= endMs) return asked.ok ? 'the ledger does not learn of a session' : asked.error
    await sleep(INTERVAL_MS)
  }
}
