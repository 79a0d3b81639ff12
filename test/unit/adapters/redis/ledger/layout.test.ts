/** Where things of the ledger stand: names of keys, shards, and what is written again. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ledgerKeys } from '../../../../../src/adapters/redis/ledger/ledger-keys.ts'
import { sessionEntries } from '../../../../../src/adapters/redis/ledger/session-entry.ts'
import { makeShards, PACKED } from '../../../../../src/adapters/redis/ledger/shards.ts'
import { RELATIONS } from '../../../../../src/ledger/ledger-store.ts'
import { LEDGER_NOW_MS, nameOf, sessionRecord } from '../../../../support/ledger-records.ts'

const keys = ledgerKeys('p:', false)

describe('names of keys', () => {
  it('A19 no text of a request stands in one: a relative is a hash, whatever it holds', () => {
    const relative = fc.record({ relation: fc.constantFrom(...RELATIONS), value: fc.string({ unit: 'binary' }) })
    fc.assert(
      fc.property(relative, (one) => {
        const { key, tag } = keys.relative(one)
        expect(key).toMatch(/^p:sessions:by-(hash:[0-9a-f]{4}|[a-z-]+:[\w-]{16})$/)
        expect([0, 5]).toContain(tag.length)
        expect(keys.incidentsBy(one)).toMatch(/^p:incidents:by:[\w-]{16}$/)
        expect(keys.proofKey(keys.proofKeyName(one.value))).toMatch(/^p:proof-key:[\w-]{16}$/)
      }),
    )
  })

  it('one value under two relations has two places', () => {
    const places = RELATIONS.map((relation) => keys.relative({ relation, value: 'same' }))
    expect(new Set(places.map(({ key, tag }) => key + tag)).size).toBe(RELATIONS.length)
  })

  it('in a cluster all share one tag, and begin as the ACL says', () => {
    const cluster = ledgerKeys('p:', true)
    const names = [
      cluster.session('a'),
      cluster.shard(3, 7),
      cluster.relative({ relation: 'key', value: 'k' }).key,
      cluster.incident('i'),
      cluster.incidents,
      cluster.proofKey('k'),
      cluster.proofKeyShard(3, 7),
      cluster.gaps,
      cluster.layouts,
    ]
    expect(names.filter((name) => !name.startsWith('p:{ledger}'))).toEqual([])
    expect(cluster.beginnings).toEqual(['p:{ledger}'])
    for (const name of names.map((one) => one.replace('{ledger}', ''))) {
      expect([name, keys.beginnings.some((start) => name.startsWith(start))]).toEqual([name, true])
    }
  })
})

describe('shards', () => {
  it.each([1, 100, 127, 128, 10_000, 1_000_000, 10_000_000])('%i entries: bounded, each a packed list', (most) => {
    const { bits, count, bound } = makeShards(most)
    expect(count).toBe(2 ** bits)
    expect(bound).toBeLessThanOrEqual(PACKED)
    expect(PACKED).toBeLessThan(128)
    expect(count * bound).toBeGreaterThanOrEqual(most)
    expect(count * bound).toBeLessThanOrEqual(most + count)
  })

  it('spread members evenly', () => {
    const { count, numberOf } = makeShards(2_000)
    const held = new Map<number, number>()
    for (let i = 0; i < 16_000; i++) {
      const number = numberOf(nameOf(`session ${i}`))
      held.set(number, (held.get(number) ?? 0) + 1)
    }
    expect([held.size, Math.min(...held.keys()), Math.max(...held.keys())]).toEqual([count, 0, count - 1])
    expect(Math.min(...held.values())).toBeGreaterThan(800)
  })
})

describe('the entry of a session', () => {
  const entries = sessionEntries(keys, { retentionSeconds: 86_400, maxSessions: 1_000_000, maxIncidents: 10 })
  const record = sessionRecord('one')
  const later = (ms: number) => ({ ...record, lastSeenMs: record.lastSeenMs + ms, uses: 2 })

  it('is read as it was written, by half its id', () => {
    const { text } = entries.put(undefined, record, LEDGER_NOW_MS)
    expect(entries.read(entries.halfOf(record.id), text)).toEqual(record)
    for (const broken of ['', 'x', text.slice(0, 20), `${text}x`, text.slice(1)]) {
      expect(entries.read(entries.halfOf(record.id), broken)).toBeUndefined()
    }
  })

  it('takes at most 384 octets of the server, its header included', () => {
    expect(entries.put(undefined, record, LEDGER_NOW_MS).text.length).toBeLessThanOrEqual(378)
  })

  it('tells the sets what is new, and ten minutes later that it is still in use', () => {
    const all = entries.put(undefined, record, LEDGER_NOW_MS).into
    expect(all.length).toBeGreaterThanOrEqual(9)
    expect(entries.put(record, later(1_000), LEDGER_NOW_MS).into).toEqual([])
    expect(entries.put(record, { ...later(1_000), client: 'another' }, LEDGER_NOW_MS).into).toHaveLength(1)
    expect(entries.put(record, later(600_000), LEDGER_NOW_MS).into).toHaveLength(all.length)
  })

  it('lives for the retention from its last use', () => {
    expect(entries.put(undefined, record, record.lastSeenMs + 1_000).lifeMs).toBe(86_399_000)
    expect(entries.isOver(record, record.lastSeenMs + 86_399_999)).toBe(false)
    expect(entries.isOver(record, record.lastSeenMs + 86_400_000)).toBe(true)
  })

  it('an id that is none of ours has no key', () => {
    expect(entries.keyOf(record.id)).toMatch(/^p:session:[\w-]{11}$/)
    for (const id of ['', 'x', `${record.id}x`, '*'.repeat(22), `${'a'.repeat(21)}\n`]) {
      expect(entries.keyOf(id)).toBeUndefined()
    }
  })
})
