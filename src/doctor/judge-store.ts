/** The store as the configuration describes it: which servers there are, and how they are reached. */
import type { GuideFacts, LocatedFacts, StoreFacts } from './facts.ts'
import { at, counted, type Finding, failed, good, type Judgement, listed, unreachable, warning } from './finding.ts'

/** The embedded one needs no examination. */
export function judgeEmbedded(): Finding {
  return at('store-kind', undefined, good('embedded: one process for a scope, and it forgets at its end'))
}

const KINDS = { single: 'one server', sentinel: 'a master behind sentinels', cluster: 'a cluster' } as const

/** What holds for the store as a whole; its servers are judged one by one (judge-server.ts). */
export function judgeStore(store: StoreFacts, located: LocatedFacts): readonly Finding[] {
  return [
    at('store-kind', undefined, good(`Redis or Valkey: ${KINDS[store.kind]}`)),
    ...(store.kind === 'sentinel' ? [at('store-sentinels', undefined, judgeSentinels(located.guides))] : []),
    ...(store.kind === 'cluster' ? [at('store-cluster', undefined, judgeCluster(store, located))] : []),
    at('store-tls', undefined, judgeTls(store)),
    at('store-timeout', undefined, judgeTimeout(store)),
  ]
}

function judgeSentinels(guides: readonly GuideFacts[]): Judgement {
  const masters = new Map<string, string[]>()
  for (const { address, master } of guides) {
    if (master !== undefined) masters.set(master, [...(masters.get(master) ?? []), address])
  }
  const silent = guides.filter(({ master }) => master === undefined)
  const mend =
    'see store.redis.url: the sentinels, and the name of the master; at a sentinel +sentinel|get-master-addr-by-name'
  if (masters.size === 0) return allSilent(silent, 'none of the sentinels names a master', mend)
  if (masters.size > 1) {
    const said = [...masters].map(([master, by]) => `${master} by ${listed(by)}`).join('; ')
    return failed(`they name different masters: ${said}`, 'wait for the end of a failover, else mend the sentinels')
  }
  const seen = `${counted(guides.length - silent.length, 'sentinel')} of ${guides.length}: the master is ${[...masters.keys()][0]}`
  return silent.length === 0 ? good(seen) : warning(`${seen}; ${troubles(silent)}`, mend)
}

function judgeCluster({ prefix }: StoreFacts, { guides, unservedParts, parts }: LocatedFacts): Judgement {
  if (prefix.includes('{')) {
    const seen = 'the prefix holds {, which decides on slots: it parts marks from what vouches for them'
    return failed(seen, 'store.redis.prefix without { at all replicas together')
  }
  const silent = guides.filter(({ trouble }) => trouble !== undefined)
  const mend = 'see store.redis.url, and let the user run +cluster|slots'
  if (silent.length === guides.length) return allSilent(silent, 'no server tells the layout', mend)
  if (unservedParts > 0) {
    const seen = `${unservedParts} of ${parts} parts of the memory are served by nobody`
    return failed(seen, 'redis-cli --cluster fix, or bring the missing masters back')
  }
  const seen = 'every part of the memory is served'
  return silent.length === 0 ? good(seen) : warning(`${seen}; ${troubles(silent)}`, mend)
}

function allSilent(silent: readonly GuideFacts[], what: string, mend: string): Judgement {
  const judge = silent.some(({ answered }) => answered) ? failed : unreachable
  return judge(`${what}: ${troubles(silent)}`, mend)
}

function troubles(guides: readonly GuideFacts[]): string {
  return listed(guides.map(({ address, trouble }) => `${address}: ${trouble ?? 'no answer'}`))
}

function judgeTls({ tls, remote }: StoreFacts): Judgement {
  if (tls) return good('every connection is TLS')
  if (remote.length === 0) return good('plain, on this host only')
  return warning(`plain connections to ${listed(remote)}`, 'store.redis.url: rediss://, and TLS at the server')
}

function judgeTimeout({ commandTimeoutMs, deadlineMs }: StoreFacts): Judgement {
  const seen = `commandTimeoutMs is ${commandTimeoutMs}, deadlineMs of a check ${deadlineMs}`
  if (commandTimeoutMs < deadlineMs) return good(seen)
  return warning(`${seen}: the deadline comes first`, 'store.redis.commandTimeoutMs below server.deadlineMs')
}
