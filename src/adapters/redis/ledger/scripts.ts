/**
 * The two scripts of the ledger. What is merged is merged by us (merge.ts); the server only does not take what was merged into
 * something that is there no longer, and keeps an entry and what it is found by together.
 */
import { hash } from 'node:crypto'
import type { CommandLine, Reply } from '../connection.ts'
import { ListTrouble } from '../revocation/list-connection.ts'
import { type LedgerLink, troubleFrom } from './ledger-link.ts'

export interface Script {
  readonly text: string
  readonly sha1: string
}

export interface ScriptCall {
  readonly keys: readonly string[]
  readonly args: readonly string[]
}

/** A set with more members loses those that were not seen for too long, and of one value those beyond the newest. */
const CROWDED = 96
/** Of one value, in a set that many values share. */
export const NEWEST_OF_SHARED = 32

/**
 * KEYS: the entry, its shard, sets that it goes into. ARGV: SHA-1 of what was merged into ('' for nothing), the new text, its
 * life (ms), the member of the shard, its standing and how many may be there, life of the sets (s), score, the oldest score
 * that counts; then for each set the member, how many may be there, and how members of the same value begin where there are
 * others. Answers 0 where something else is there by now, else
 * the members that had to leave the shard, with their standing. A set that holds another type is left alone.
 */
const PUT = `
local old = redis.pcall('get', KEYS[1])
if type(old) == 'table' and string.sub(old.err, 1, 9) ~= 'WRONGTYPE' then return old end
local digest = ''
if type(old) == 'string' then digest = redis.sha1hex(old) end
if digest ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
local function add(key, score, member)
  local added = redis.pcall('zadd', key, score, member)
  if type(added) == 'number' then redis.call('expire', key, ARGV[7]) end
  return added
end
local out = {}
local shard = add(KEYS[2], ARGV[5], ARGV[4])
if type(shard) == 'table' then
  if string.sub(shard.err, 1, 9) ~= 'WRONGTYPE' then return shard end
elseif shard == 1 then
  local over = redis.call('zcard', KEYS[2]) - ARGV[6]
  if over > 0 then out = redis.call('zpopmin', KEYS[2], over) end
end
for i = 3, #KEYS do
  local key, at = KEYS[i], 3 * i + 1
  local bound, tag = tonumber(ARGV[at + 1]), ARGV[at + 2]
  if add(key, ARGV[8], ARGV[at]) == 1 then
    local count = redis.call('zcard', key)
    if count > ${CROWDED} then
      redis.call('zremrangebyscore', key, '-inf', ARGV[9])
      local same = {}
      for _, member in ipairs(tag ~= '' and redis.call('zrange', key, 0, -1) or {}) do
        if string.sub(member, 1, #tag) == tag then same[#same + 1] = member end
      end
      for j = 1, #same - ${NEWEST_OF_SHARED} do redis.call('zrem', key, same[j]) end
      redis.call('zremrangebyrank', key, 0, -bound - 1)
    end
  end
end
return out
`

/**
 * KEYS: the entry, its shard, sets that it is in. ARGV: why, the member of the shard, the members of the sets. Removes all of
 * it and answers 1; or 0, where one that was `evicted` has come back, or one that seemed `gone` is there.
 */
const DROP = `
if ARGV[1] == 'evicted' and redis.call('zscore', KEYS[2], ARGV[2]) then return 0 end
if ARGV[1] == 'gone' and redis.call('exists', KEYS[1]) == 1 then return 0 end
redis.call('unlink', KEYS[1])
redis.pcall('zrem', KEYS[2], ARGV[2])
for i = 3, #KEYS do redis.pcall('zrem', KEYS[i], ARGV[i]) end
return 1
`

export const PUT_SCRIPT = script(PUT)
export const DROP_SCRIPT = script(DROP)

function script(text: string): Script {
  return { text, sha1: hash('sha1', text) }
}

/** The answers in order. Rejects with ListTrouble on any error; calls before it may have had their effect. */
export async function runScript(
  link: LedgerLink,
  { text, sha1 }: Script,
  calls: readonly ScriptCall[],
): Promise<readonly Reply[]> {
  if (calls.length === 0) return []
  const line = (call: ScriptCall, name: string, body: string): CommandLine => {
    return [name, body, String(call.keys.length), ...call.keys, ...call.args]
  }
  const replies = [...(await link.try(calls.map((call) => line(call, 'evalsha', sha1))))]
  const unknown = [...replies.keys()].filter((i) => isUnknownScript(replies[i] ?? null))
  if (unknown.length > 0) {
    // The first one teaches the server the script, and runs before the others.
    const again = unknown.flatMap((i, n) => {
      const call = calls[i]
      if (call === undefined) return []
      return [n === 0 ? line(call, 'eval', text) : line(call, 'evalsha', sha1)]
    })
    const answers = await link.try(again)
    for (const [n, i] of unknown.entries()) replies[i] = answers[n] ?? null
  }
  for (const reply of replies) if (reply instanceof Error) throw scriptTrouble(reply)
  return replies
}

/** What a user may not do within a script is an error without a code of its own. */
function scriptTrouble(error: Error): ListTrouble {
  if (!error.message.startsWith('ERR ')) return troubleFrom(error)
  return new ListTrouble('a script of the ledger failed: holdfast doctor tells whether the user lacks a right')
}

function isUnknownScript(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith('NOSCRIPT')
}
