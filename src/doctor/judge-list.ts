/** The shared list of revocations, and the replicas that follow it. */
import type { ListFacts } from './facts.ts'
import { at, counted, type Finding, failed, good, type Judgement, listed, unreachable, warning } from './finding.ts'

/** Replicas tell of themselves twice a second. */
const SILENT_AFTER_MS = 3_000

/** `aclLines` make a user who may read it. */
export function judgeList(list: ListFacts, aclLines: readonly string[]): readonly Finding[] {
  if (list.kind === 'trouble') {
    if (list.unreachable)
      return [at('list-readable', undefined, unreachable(list.detail, 'see the findings of the store'))]
    const mend = `see the findings of the store; a user with all that is needed:\n${aclLines.join('\n')}`
    return [at('list-readable', undefined, failed(list.detail, mend))]
  }
  const { wrongKeys } = list
  if (wrongKeys.length > 0) {
    const mend = `another store.redis.prefix, or DEL ${wrongKeys[0]}`
    return [at('list-keys', undefined, failed(`holds something else: ${listed(wrongKeys)}`, mend))]
  }
  return [
    at('list-readable', undefined, good(counted(list.entries, 'entry', 'entries'))),
    at('list-keys', undefined, good('hold what they should')),
    at('list-entries', undefined, judgeEntries(list.malformed)),
    ...judgeReplicas(list.replicas),
  ]
}

function judgeEntries(malformed: readonly string[]): Judgement {
  if (malformed.length === 0) return good('all have an effect')
  const mend = 'holdfast unrevoke ID, then revoke anew'
  return failed(`${counted(malformed.length, 'entry has', 'entries have')} no effect: ${listed(malformed)}`, mend)
}

function judgeReplicas(replicas: readonly { readonly name: string; readonly silentMs: number }[]): readonly Finding[] {
  if (replicas.length === 0) return [at('list-replicas', undefined, good('no replica is running'))]
  return replicas.map(({ name, silentMs }) => {
    const seen = `last heard of ${(silentMs / 1000).toFixed(1)} s ago`
    const judgement =
      silentMs > SILENT_AFTER_MS ? warning(seen, 'is it running, and does it reach the store?') : good(seen)
    return at('list-replicas', name, judgement)
  })
}
