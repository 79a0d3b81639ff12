/** What the ledger in Redis promises beyond the contract: several writers, lost scripts, strange keys, bounds of its sets. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ledgerKeys } from '../../src/adapters/redis/ledger/ledger-keys.ts'
import { makeRedisLedger } from '../../src/adapters/redis/ledger/redis-ledger.ts'
import type { LedgerBounds, LedgerStore } from '../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../src/ledger/session-record.ts'
import { listAll, read } from '../contract/ledger/world.ts'
import { incident, nameOf, sessionRecord } from '../support/ledger-records.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

const BOUNDS: LedgerBounds = { retentionSeconds: 3600, maxSessions: 10_000, maxIncidents: 1_000 }
const keys = ledgerKeys('holdfast:', false)
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())
beforeEach(() => server.admin().flushall())

function open(bounds: Partial<LedgerBounds> = {}, nowMs = Date.now): LedgerStore {
  const store = makeRedisLedger({ url: server.url, prefix: 'holdfast:', bounds: { ...BOUNDS, ...bounds }, nowMs })
  onTestFinished(() => store.close())
  return store
}

function use(name: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  return sessionRecord(name, { firstSeenMs: Date.now() - 1000, ...changes })
}

/** Of its record. */
function keyOf(id: string): string {
  return keys.session(Buffer.from(id, 'base64url').toString('base64url', 0, 8))
}

/** Sorted sets that match, with how many members each has. */
async function cards(pattern: string): Promise<readonly number[]> {
  const admin = server.admin()
  return Promise.all((await admin.keys(pattern)).map((key) => admin.zcard(key)))
}

describe('several writers', () => {
  it('four that merge into the same sessions at once lose no count, and tell each merge once', async () => {
    const stores = Array.from({ length: 4 }, () => open())
    const hot = Array.from({ length: 20 }, (_, i) => `hot ${i}`)
    const rounds = 8
    const told = await Promise.all(
      stores.map(async (store) => {
        let changes = 0
        for (let round = 0; round < rounds; round++) {
          changes += read(await store.saveSessions(hot.map((name) => use(name)))).length
        }
        return changes
      }),
    )
    expect(told).toEqual(stores.map(() => rounds * hot.length))
    const found = read(await open().sessions(hot.map((name) => use(name).id))).found
    expect(found.map(({ uses, verdicts }) => [uses, verdicts.ok])).toEqual(hot.map(() => [32, 32]))
  })

  it('incidents and uses that are written at once both stand in the record', async () => {
    const [one, other] = [open(), open()]
    const record = use('both')
    read(await one.saveSessions([record]))
    const incidents = Array.from({ length: 6 }, (_, i) => incident(i, { atMs: Date.now() + i, session: record.id }))
    await Promise.all(
      incidents.map(async (told) => {
        read(await one.saveIncidents([told]))
        read(await other.saveSessions([use('both')]))
      }),
    )
    const [found] = read(await one.sessions([record.id])).found
    expect(found).toMatchObject({ uses: 7, incidents: incidents.map(({ id }) => id), incidentCount: 6 })
  })

  it('a server that lost its scripts learns them again', async () => {
    const store = open()
    read(await store.saveSessions([use('one')]))
    await server.admin().script('FLUSH')
    const changes = read(await store.saveSessions([use('one'), use('two'), use('three')]))
    expect(changes.map(({ after }) => after.uses)).toEqual([2, 1, 1])
  })
})

describe('keys that hold something else', () => {
  it('a record: counted, replaced when the session is used again', async () => {
    const store = open()
    const record = use('one')
    read(await store.saveSessions([record]))
    const key = keyOf(record.id)
    await server.admin().del(key)
    await server.admin().lpush(key, 'x')
    expect(read(await store.sessions([record.id]))).toMatchObject({ found: [], corrupt: 1 })
    const page = read(await store.page({ cursor: undefined, limit: 10, withinMs: 1_000, wanted: () => true }))
    expect(page).toMatchObject({ sessions: [], corrupt: 1 })
    expect(read(await store.saveSessions([record]))).toEqual([{ before: undefined, after: record }])
    expect(read(await store.sessions([record.id])).found).toEqual([record])
  })

  it('the sets: what they would hold is not found by them, all else works', async () => {
    const store = open({ maxSessions: 100 })
    const admin = server.admin()
    const record = use('one', { subject: 'a subject' })
    const bySubject = { relation: 'subject', value: 'a subject' } as const
    await admin.set(keys.shard(0, 0), 'x')
    await admin.set(keys.relative(bySubject).key, 'x')
    await admin.set(keys.incidentsBy(bySubject), 'x')
    read(await store.saveSessions([record]))
    read(await store.saveIncidents([incident(1, { atMs: Date.now(), subject: 'a subject' })]))
    expect(read(await store.sessions([record.id])).found).toEqual([record])
    expect(read(await store.sessionsBy(bySubject, 10))).toEqual({ found: [], corrupt: 1, more: false })
    expect(read(await store.incidentsBy(bySubject, 10))).toEqual({ found: [], corrupt: 1, more: false })
    const byClient = { relation: 'client', value: record.client ?? '' } as const
    expect(read(await store.sessionsBy(byClient, 10)).found).toEqual([record])
    const page = await store.page({ cursor: undefined, limit: 10, withinMs: 1_000, wanted: () => true })
    expect(read(page)).toMatchObject({ sessions: [], corrupt: 1 })
  })

  it('an incident that is broken is skipped and counted', async () => {
    const store = open()
    const [one, other] = [1, 2].map((i) => incident(i, { atMs: Date.now() + i, key: 'k' }))
    read(await store.saveIncidents([one, other].filter((some) => some !== undefined)))
    await server.admin().set(keys.incident(one?.id ?? ''), '{"format":"9"}')
    const told = { found: [other], corrupt: 1, more: false }
    expect(read(await store.recentIncidents(10, undefined))).toEqual(told)
    expect(read(await store.incidentsBy({ relation: 'key', value: 'k' }, 10))).toEqual(told)
  })
})

describe('bounds of the sets', () => {
  it('a flood leaves nothing behind that leads to what had to go', async () => {
    const store = open({ maxSessions: 200 })
    for (let from = 0; from < 2_000; from += 200) {
      read(await store.saveSessions(Array.from({ length: 200 }, (_, i) => use(`flood ${from + i}`))))
    }
    const kept = (await listAll(store)).length
    expect(kept).toBeLessThanOrEqual(200)
    expect((await server.admin().keys('holdfast:session:*')).length).toBe(kept)
    const members = async (pattern: string) => (await cards(pattern)).reduce((sum, card) => sum + card, 0)
    expect(await members('holdfast:sessions:by-subject:*')).toBe(kept)
    // Token, jti and key of its own; the certificate is the same for all, and a set keeps the newest of those only.
    const byHash = await members('holdfast:sessions:by-hash:*')
    expect(byHash).toBeGreaterThanOrEqual(3 * kept)
    expect(byHash).toBeLessThanOrEqual(4 * kept)
  })

  it('of one value the newest are kept, and it does not push others out of their set', async () => {
    const store = open()
    const busy = { relation: 'key', value: nameOf('busy key') } as const
    const inSameSet = keyInSetOf(busy.value)
    read(await store.saveSessions([use('quiet', { keyThumbprint: inSameSet, firstSeenMs: Date.now() - 60_000 })]))
    for (let i = 0; i < 300; i++) {
      const firstSeenMs = Date.now() - 50_000 + i * 100
      read(await store.saveSessions([use(`busy ${i}`, { keyThumbprint: busy.value, firstSeenMs, client: `${i}` })]))
    }
    const quiet = await store.sessionsBy({ relation: 'key', value: inSameSet }, 10)
    expect(read(quiet).found.map(({ id }) => id)).toEqual([use('quiet').id])
    const { found, more } = read(await store.sessionsBy(busy, 1_000))
    expect([found.length >= 32, found[0]?.client, more]).toEqual([true, '299', true])
    expect(Math.max(...(await cards('holdfast:sessions:by-hash:*')))).toBeLessThanOrEqual(128)
    expect(Math.max(...(await cards('holdfast:sessions:by-issuer:*')))).toBeLessThanOrEqual(128)
  })

  it('a session that the server forgot leaves its shard', async () => {
    const store = open({ maxSessions: 100 })
    read(await store.saveSessions([use('gone'), use('stays')]))
    await server.admin().del(keyOf(use('gone').id))
    // The sweep comes with what is written, a second after the last.
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    read(await store.saveSessions([use('stays')]))
    const left = await server.admin().zrangeBuffer(keys.shard(0, 0), '0', '-1')
    expect(left).toEqual([Buffer.from(use('stays').id, 'base64url').subarray(0, 8)])
  })

  it('every key ends, but for what names the layouts', async () => {
    const store = open()
    const seen = { by: 'aabbcc', handedTo: undefined, mintedAtMs: undefined, iatSeconds: 0, seenMs: Date.now() }
    read(await store.saveSessions([use('one')]))
    read(await store.saveIncidents([incident(1, { atMs: Date.now() })]))
    read(await store.saveKeys([{ key: nameOf('key'), uses: [seen] }]))
    read(await store.saveGap({ fromMs: 0, toMs: 1, dropped: 1, by: 'web-1' }))
    const admin = server.admin()
    const names = await admin.keys('*')
    const lives = await Promise.all(names.map((name) => admin.ttl(name)))
    expect(names.filter((_, i) => lives[i] === -1)).toEqual([keys.layouts])
    expect(Math.max(...lives)).toBeLessThanOrEqual(BOUNDS.retentionSeconds + 2 * 360)
  })
})

describe('another maxSessions', () => {
  it('what was written before is found by what it is related to, and forgotten with its subject', async () => {
    const records = Array.from({ length: 200 }, (_, i) => use(`old ${i}`, { subject: 'gone' }))
    read(await open({ maxSessions: 400 }).saveSessions(records))
    const store = open({ maxSessions: 20_000 })
    const byKey = { relation: 'key', value: records[7]?.keyThumbprint ?? '' } as const
    expect(read(await store.sessionsBy(byKey, 10)).found).toEqual([records[7]])
    expect(read(await store.forgetSubject('gone'))).toEqual({ sessions: 200, incidents: 0 })
    expect(await server.admin().keys('holdfast:session:*')).toEqual([])
  })
})

/** Another one whose hash begins alike. */
function keyInSetOf(value: string): string {
  const wanted = keys.relative({ relation: 'key', value }).key
  for (let i = 0; ; i++) {
    const candidate = nameOf(`candidate ${i}`)
    if (keys.relative({ relation: 'key', value: candidate }).key === wanted) return candidate
  }
}

describe('the feed of incidents', () => {
  it('tells whoever reads the stream which incidents were written, and of whom nothing', async () => {
    const store = open()
    const [one, other] = [incident(1), incident(2)]
    read(await store.saveIncidents([one]))
    read(await store.saveIncidents([other]))
    const entries = await server.admin().xrange('holdfast:incidents', '-', '+')
    const about = ({ id, class: cls, confidence, outcome }: typeof one) => {
      return ['id', id, 'class', cls, 'confidence', confidence, 'outcome', outcome]
    }
    expect(entries.map(([, fields]) => fields)).toEqual([about(one), about(other)])
  })
})
