/** The server that runs by this configuration, as its admin port tells. */
import type { RunningFacts } from './facts.ts'
import { at, type Finding, failed, good, type Judgement, unknown, warning } from './finding.ts'

/** Nobody there is unknown, not failed: the doctor also runs before the first start. */
export function judgeRunning(running: RunningFacts): readonly Finding[] {
  const { address } = running
  if (running.kind === 'silent') {
    const mend = 'start it with holdfast serve, or ask where it runs'
    return [at('server-running', address, unknown('nobody answers at admin.listen', mend))]
  }
  if (running.kind === 'foreign') {
    return [at('server-running', address, unknown('somebody else answers at admin.listen', 'see admin.listen'))]
  }
  return [
    at('server-running', address, good('answers')),
    ...running.components.map((component) => at('server-component', component.name, judgeComponent(component))),
  ]
}

/** What is kept of decisions; ready also while it cannot be kept, since no decision hangs on it. */
const RECORDS: ReadonlySet<string> = new Set(['ledger', 'audit'])
const KEPT = 'written'

function judgeComponent({
  name,
  ready,
  detail,
}: Extract<RunningFacts, { kind: 'answers' }>['components'][number]): Judgement {
  if (!ready) return failed(`is not ready: ${detail}`, 'see its log, and the findings above')
  if (!RECORDS.has(name) || detail === KEPT) return good(detail)
  return warning(`is not written: ${detail}`, 'mend what it says; what is lost meanwhile is counted and told as a gap')
}
