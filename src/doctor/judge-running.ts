/** The server that runs by this configuration, as its admin port tells. */
import type { RunningFacts } from './facts.ts'
import { at, type Finding, failed, good, unknown } from './finding.ts'

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
    ...running.components.map(({ name, ready, detail }) => {
      const judgement = ready ? good(detail) : failed(`is not ready: ${detail}`, 'see its log, and the findings above')
      return at('server-component', name, judgement)
    }),
  ]
}
