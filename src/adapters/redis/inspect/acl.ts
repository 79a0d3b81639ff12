/**
 * Every command that is sent to the store, with arguments as they are sent: for the ACL that allows exactly these, and for
 * a trial of each. docs/redis.md has the same ACL (tested).
 */
import type { CommandLine } from '../connection.ts'
import type { KeyNames } from '../keys.ts'
import { type LedgerKeys, ledgerKeys } from '../ledger/ledger-keys.ts'
import type { RedisTarget } from '../redis-url.ts'
import type { ListKeys } from '../revocation/list-keys.ts'

export interface NeededCommand {
  /** As in an ACL. */
  readonly name: string
  readonly line: CommandLine
}

/** A key of no proof: were it there, 32 zero bytes would be somebody's hash. */
const NO_PROOF = Buffer.alloc(32)
/** No command of the trial is run; if one were, what it leaves would end at once. */
const LIFE_MS = '1'

/** Of the replay store, for marks of `tag`. */
export function storeCommands(names: KeyNames, tag: string): readonly NeededCommand[] {
  const epoch = names.epoch(tag)
  return [
    { name: 'info', line: ['info'] },
    { name: 'time', line: ['time'] },
    { name: 'set', line: ['set', names.mark(tag, NO_PROOF), '', 'NX', 'GET', 'PX', LIFE_MS] },
    { name: 'hget', line: ['hget', epoch, 'none'] },
    { name: 'hkeys', line: ['hkeys', epoch] },
    { name: 'hsetnx', line: ['hsetnx', epoch, 'none', ''] },
    { name: 'hdel', line: ['hdel', epoch, 'none'] },
  ]
}

/** Of the shared revocation list. `multi` and `exec` cannot be tried inside a transaction: the trial itself is one. */
export function listCommands(keys: ListKeys): readonly NeededCommand[] {
  return [
    { name: 'ping', line: ['ping'] },
    { name: 'get', line: ['get', keys.epoch] },
    { name: 'del', line: ['del', keys.restoring] },
    { name: 'pexpire', line: ['pexpire', keys.restoring, LIFE_MS] },
    { name: 'set', line: ['set', keys.clearing, '', 'NX', 'PX', LIFE_MS] },
    { name: 'hset', line: ['hset', keys.applied, 'none', ''] },
    { name: 'hlen', line: ['hlen', keys.entries] },
    { name: 'hmget', line: ['hmget', keys.entries, 'none'] },
    { name: 'hexists', line: ['hexists', keys.entries, 'none'] },
    { name: 'hscan', line: ['hscan', keys.entries, '0'] },
    { name: 'xadd', line: ['xadd', keys.log, 'NOMKSTREAM', '*', 'none', ''] },
    { name: 'xread', line: ['xread', 'STREAMS', keys.log, '0'] },
    { name: 'xrange', line: ['xrange', keys.log, '-', '+', 'COUNT', '1'] },
    { name: 'xinfo|stream', line: ['xinfo', 'stream', keys.log] },
    { name: 'zadd', line: ['zadd', keys.replicas, 'XX', '0', 'none'] },
    { name: 'zrem', line: ['zrem', keys.replicas, 'none'] },
    { name: 'zrange', line: ['zrange', keys.replicas, '0', '0'] },
    { name: 'zrangebyscore', line: ['zrangebyscore', keys.replicas, '0', '0'] },
  ]
}

/** Of the ledger; those after `evalsha` are said by its scripts (ledger/scripts.ts). */
export function ledgerCommands(keys: LedgerKeys): readonly NeededCommand[] {
  const [shard, member] = [keys.shard(0, 0), 'none']
  return [
    { name: 'mget', line: ['mget', keys.session(member)] },
    { name: 'exists', line: ['exists', keys.session(member)] },
    { name: 'zrange', line: ['zrange', shard, '0', '0'] },
    { name: 'zcard', line: ['zcard', shard] },
    { name: 'zadd', line: ['zadd', shard, 'XX', '0', member] },
    { name: 'zremrangebylex', line: ['zremrangebylex', keys.incidents, '(a', '(a'] },
    { name: 'xadd', line: ['xadd', keys.incidentFeed, 'NOMKSTREAM', '*', 'id', ''] },
    { name: 'rpush', line: ['rpush', keys.gaps, ''] },
    { name: 'ltrim', line: ['ltrim', keys.gaps, '0', '-1'] },
    { name: 'lrange', line: ['lrange', keys.gaps, '0', '0'] },
    { name: 'expire', line: ['expire', keys.gaps, '1', 'XX'] },
    { name: 'eval', line: ['eval', 'return 0', '1', keys.session(member)] },
    { name: 'evalsha', line: ['evalsha', '0'.repeat(40), '1', keys.session(member)] },
    { name: 'get', line: ['get', keys.session(member)] },
    { name: 'set', line: ['set', keys.session(member), '', 'NX', 'PX', LIFE_MS] },
    { name: 'unlink', line: ['unlink', keys.session(member)] },
    { name: 'zscore', line: ['zscore', shard, member] },
    { name: 'zpopmin', line: ['zpopmin', shard, '1'] },
    { name: 'zrem', line: ['zrem', shard, member] },
    { name: 'zremrangebyscore', line: ['zremrangebyscore', shard, '(0', '(0'] },
    { name: 'zremrangebyrank', line: ['zremrangebyrank', shard, '1', '0'] },
  ]
}

export interface AclOptions {
  readonly target: Pick<RedisTarget, 'kind' | 'username' | 'database'>
  readonly prefix: string
  readonly names: KeyNames
  readonly keys: ListKeys
}

/** Three lines that make a user with exactly these rights. The default user is not to be cut down: others may be using it. */
export function aclLines({ target, prefix, names, keys }: AclOptions): readonly string[] {
  const user = target.username === undefined || target.username === 'default' ? 'holdfast' : target.username
  const store = storeCommands(names, names.tags[0] ?? '').map(({ name }) => name)
  const others = listCommands(keys).map(({ name }) => name)
  const list = ['ping', 'multi', 'exec', ...others.filter((name) => name !== 'ping' && !store.includes(name))]
  if (target.kind === 'cluster') list.push('cluster|slots')
  if (target.database !== 0) list.push('select')
  const ledger = ledgerKeys(prefix, target.kind === 'cluster')
  const known = new Set([...store, ...list])
  const rest = ledgerCommands(ledger).flatMap(({ name }) => (known.has(name) ? [] : [name]))
  const start = pattern(prefix)
  const [entries, replicas] = [pattern(keys.entries), pattern(keys.replicas)]
  const lists = replicas.startsWith(entries) ? `~${entries}*` : `~${entries}* ~${replicas}*`
  return [
    `ACL SETUSER ${user} on >PASSWORD resetkeys ~${start}replay:* ~${start}epoch* resetchannels -@all ${rights(store)}`,
    `ACL SETUSER ${user} ${lists} ${rights(list)}`,
    `ACL SETUSER ${user} ${ledger.beginnings.map((name) => `~${pattern(name)}*`).join(' ')} ${rights(rest)}`,
  ]
}

function rights(names: readonly string[]): string {
  return names.map((name) => `+${name}`).join(' ')
}

/** Key patterns of an ACL are globs. */
function pattern(key: string): string {
  return key.replace(/[*?[\]\\]/g, '\\$&')
}
