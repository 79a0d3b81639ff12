/** One server of the store, as it was seen over connections of our own user. */

import type { CheckId } from './catalogue.ts'
import type { SeenServer, ServerFacts, ServerInfoFacts, StoreFacts, Unfit } from './facts.ts'
import { at, type Finding, failed, good, type Judgement, listed, unknown, unreachable, warning } from './finding.ts'
import { judgeValidity } from './judge-files.ts'
import { judgeMemory, judgePersistence, judgeQuorum } from './judge-server-state.ts'

/** All findings of one server; of one that is out of reach or lets us not in, only that. `nowMs`: our clock. */
export function judgeServer(server: ServerFacts, store: StoreFacts, nowMs: number): readonly Finding[] {
  const { address } = server
  if (server.kind === 'unreachable') {
    const mend = 'start it, or mend store.redis.url, store.redis.tls and the way to it'
    return [at('store-reachable', address, unreachable(server.detail, mend))]
  }
  const reached = at('store-reachable', address, good('answers'))
  if (server.kind === 'refused') {
    const mend = `see store.redis.username, store.redis.password and the server; a user with all that is needed:\n${acl(store)}`
    return [reached, at('store-login', address, failed(server.detail, mend))]
  }
  const { certificate } = server
  return [
    reached,
    at('store-login', address, judgeLogin(store)),
    ...(certificate === undefined ? [] : [at('store-certificate', address, judgeValidity(certificate, nowMs))]),
    ...judgeInfo(server, store).map(([id, judgement]) => at(id, address, judgement)),
    at('store-permissions', address, judgePermissions(server, store)),
    at('store-writes', address, judgeWrites(server, store)),
    at('store-latency', address, judgeLatency(server.roundTripsMs, store.commandTimeoutMs)),
    at('store-clock', address, judgeClock(server, store)),
    at('store-epoch', address, judgeEpoch(server)),
  ]
}

function acl({ aclLines }: StoreFacts): string {
  return aclLines.join('\n')
}

function judgeLogin({ username, withPassword, remote }: StoreFacts): Judgement {
  if (withPassword) return good(username === undefined ? 'the default user, with a password' : `the user ${username}`)
  if (remote.length === 0) return good('without a password, on this host only')
  return warning(
    'without a password: whoever reaches the server can delete marks',
    'ACL SETUSER for a user of our own; then store.redis.username and store.redis.password',
  )
}

const FITNESS: readonly (readonly [CheckId, Unfit, string, (info: ServerInfoFacts) => string])[] = [
  ['store-version', 'version', 'bring the server to Redis 7.0 or Valkey 8, or newer', ({ version }) => version],
  ['store-identity', 'identity', 'use a server that tells run_id and master_replid in INFO', () => 'is told'],
  ['store-role', 'role', 'name the master in store.redis.url, or use Sentinel', ({ role }) => role],
  ['store-eviction', 'eviction', 'CONFIG SET maxmemory-policy noeviction', ({ evictionPolicy }) => evictionPolicy],
]

function judgeInfo({ info, snapshots }: SeenServer, store: StoreFacts): readonly (readonly [CheckId, Judgement])[] {
  if (info === undefined) {
    const hidden = unknown('INFO is forbidden', grant(store, '+info'))
    const ids: CheckId[] = [...FITNESS.map(([id]) => id), 'store-memory', 'store-quorum', 'store-persistence']
    return ids.map((id) => [id, hidden])
  }
  const fitness = FITNESS.map(([id, what, mend, seen]): readonly [CheckId, Judgement] => {
    const words = info.unfit.get(what)
    return [id, words === undefined ? good(seen(info)) : failed(`${words} (${seen(info)})`, mend)]
  })
  return [
    ...fitness,
    ['store-memory', judgeMemory(info)],
    ['store-quorum', judgeQuorum(info)],
    ['store-persistence', judgePersistence(info, snapshots, grant(store, '+config|get'))],
  ]
}

function grant({ username }: StoreFacts, right: string): string {
  return `ACL SETUSER ${username ?? 'default'} ${right}`
}

function judgePermissions({ trial }: SeenServer, store: StoreFacts): Judgement {
  if (trial.forbidden.length === 0) return good('all commands that are used may be run on our keys')
  const rest = trial.complete ? '' : '; the others could not be tried without it'
  return failed(`may not be run on our keys: ${listed(trial.forbidden, 30)}${rest}`, acl(store))
}

function judgeWrites({ trial }: SeenServer, store: StoreFacts): Judgement {
  if (trial.writesRefused !== undefined) {
    return failed(trial.writesRefused, 'mend what it says: more memory or disk, or the replicas that are missing')
  }
  if (!trial.complete || trial.forbidden.includes('set')) return unknown('no mark may be tried', acl(store))
  return good('a mark would be taken now')
}

function judgeLatency(roundTripsMs: readonly number[], commandTimeoutMs: number): Judgement {
  const sorted = [...roundTripsMs].sort((one, other) => one - other)
  const quantile = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
  const [median, p99] = [quantile(0.5), quantile(0.99)]
  if (Number.isNaN(p99)) return unknown('no round trip could be measured', 'grant +time')
  const seen = `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${sorted.length}; the timeout is ${commandTimeoutMs} ms`
  const mend = 'a server nearer by, or a larger store.redis.commandTimeoutMs'
  if (median > commandTimeoutMs) return failed(seen, mend)
  return p99 > commandTimeoutMs / 2 ? warning(seen, mend) : good(seen)
}

function judgeClock({ clock }: SeenServer, store: StoreFacts): Judgement {
  if (clock === undefined) return unknown('TIME is forbidden, or was not answered', grant(store, '+time'))
  const allowedMs = store.clockAllowanceMs / 2
  const seen = `${clock.differenceMs} ms from ours, known to ${clock.uncertaintyMs.toFixed(1)} ms; ${allowedMs} ms are allowed`
  if (clock.verdict === 'differ') return failed(seen, 'synchronise the clocks of both hosts (NTP)')
  if (clock.verdict === 'unclear') return failed(`${seen}: too slow to compare`, 'a server nearer by')
  return good(seen)
}

function judgeEpoch({ epoch: { madeMs, wrongKeys } }: SeenServer): Judgement {
  if (wrongKeys.length > 0) {
    return failed(`holds something else: ${listed(wrongKeys)}`, `another store.redis.prefix, or DEL ${wrongKeys[0]}`)
  }
  if (madeMs === undefined) return good('none yet: no replica has served with this server')
  return good(`the memory stands since ${new Date(madeMs).toISOString()}`)
}
