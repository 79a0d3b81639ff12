/** Sessions and keys: written, merged, found. */
import { describe, expect, it } from 'vitest'
import { nameOf, senderTally } from '../../support/ledger-records.ts'
import { listAll, type OpenLedger, openedBy, read } from './world.ts'

export function ledgerSessionsContract(name: string, open: OpenLedger): void {
  const opened = openedBy(open)

  describe(`${name}, as every ledger store: sessions`, () => {
    it('a session is found by its id as it was written, and what is unknown is not', async () => {
      const { store, use } = await opened()
      const record = use('one')
      expect(read(await store.saveSessions([record]))).toEqual([{ before: undefined, after: record }])
      const reading = read(await store.sessions([record.id, nameOf('nobody')]))
      expect(reading).toEqual({ found: [record], corrupt: 0, more: false })
    })

    it('an empty ledger answers everything with nothing', async () => {
      const { store } = await opened()
      const nothing = { found: [], corrupt: 0, more: false }
      expect(read(await store.saveSessions([]))).toEqual([])
      expect(read(await store.saveKeys([]))).toEqual([])
      expect(read(await store.saveIncidents([]))).toBe(0)
      expect(read(await store.sessions([]))).toEqual(nothing)
      expect(read(await store.sessionsBy({ relation: 'key', value: 'k' }, 10))).toEqual(nothing)
      expect(read(await store.incidents([]))).toEqual(nothing)
      expect(read(await store.incidentsBy({ relation: 'key', value: 'k' }, 10))).toEqual(nothing)
      expect(read(await store.recentIncidents(10, undefined))).toEqual(nothing)
      expect(read(await store.gaps())).toEqual([])
      expect(read(await store.forgetSubject('nobody'))).toEqual({ sessions: 0, incidents: 0 })
      expect(await listAll(store)).toEqual([])
    })

    it('a delta is merged: counts add up, before and after are told', async () => {
      const { store, use, nowMs } = await opened()
      const first = use('one')
      const second = use('one', { firstSeenMs: nowMs(), uses: 2, verdicts: { ok: 1, proof_replayed: 1 } })
      await store.saveSessions([first])
      const [change] = read(await store.saveSessions([second]))
      expect(change?.before).toEqual(first)
      expect(change?.after).toMatchObject({
        uses: 3,
        verdicts: { ok: 2, proof_replayed: 1 },
        firstSeenMs: first.firstSeenMs,
        lastSeenMs: second.lastSeenMs,
      })
      expect(read(await store.sessions([first.id])).found).toEqual([change?.after])
    })

    it('two sharers that write one session at once lose no count', async () => {
      const { store, sharer, use } = await opened()
      const writers = [store, sharer]
      const saves = Array.from({ length: 40 }, (_, i) => {
        const senders = [senderTally({ address: `10.0.0.${i % 4}` })]
        return writers[i % 2]?.saveSessions([use('busy', { senders }), use(`own ${i}`)])
      })
      for (const saved of await Promise.all(saves)) expect(saved?.ok).toBe(true)
      const [record] = read(await sharer.sessions([use('busy').id])).found
      expect(record).toMatchObject({ uses: 40, verdicts: { ok: 40 } })
      expect(record?.senders.map(({ count }) => count)).toEqual([10, 10, 10, 10])
      expect(await listAll(store)).toHaveLength(41)
    })

    it('two deltas of one session in one call are two', async () => {
      const { store, use } = await opened()
      const changes = read(await store.saveSessions([use('twice'), use('other'), use('twice')]))
      expect(changes.map(({ after }) => after.id)).toContain(use('other').id)
      expect(read(await store.sessions([use('twice').id])).found[0]?.uses).toBe(2)
    })

    it('a session is found by everything that it is related to', async () => {
      const { store, use } = await opened()
      const record = use('one', { certificateThumbprint: nameOf('bound certificate') })
      await store.saveSessions([
        record,
        use('other', { senders: [], issuer: 'https://other.example', holder: undefined }),
      ])
      const sender = record.senders[0]
      const related = [
        ['token', record.tokens[0]?.token],
        ['jti', record.tokens[0]?.jti],
        ['subject', record.subject],
        ['client', record.client],
        ['key', record.keyThumbprint],
        ['certificate', record.certificateThumbprint],
        ['certificate', sender?.certificate],
        ['workload', record.holder],
        ['issuer', record.issuer],
        ['address', sender?.address],
      ] as const
      for (const [relation, value = ''] of related) {
        const reading = read(await store.sessionsBy({ relation, value }, 10))
        expect([relation, reading]).toEqual([relation, { found: [record], corrupt: 0, more: false }])
        expect(read(await store.sessionsBy({ relation, value: `${value}x` }, 10)).found).toEqual([])
      }
      // A value of one relation is none of another.
      expect(read(await store.sessionsBy({ relation: 'client', value: record.subject ?? '' }, 10)).found).toEqual([])
    })

    it('a relation that came later is found too', async () => {
      const { store, use, nowMs } = await opened()
      await store.saveSessions([use('one')])
      const token = { token: nameOf('refreshed'), jti: undefined }
      const senders = [senderTally({ peer: 'spiffe://example.org/other', address: '192.0.2.7' })]
      await store.saveSessions([use('one', { firstSeenMs: nowMs(), tokens: [token], senders })])
      for (const relative of [
        { relation: 'token', value: token.token },
        { relation: 'token', value: nameOf('token one') },
        { relation: 'workload', value: 'spiffe://example.org/other' },
        { relation: 'address', value: '192.0.2.7' },
      ] as const) {
        expect([relative, read(await store.sessionsBy(relative, 10)).found.length]).toEqual([relative, 1])
      }
    })

    it('a look-up gives the newest first, so many as were asked for, and says that there are more', async () => {
      const { store, use, nowMs } = await opened()
      const shared = { subject: 'shared' }
      // Far enough apart for an index that counts whole seconds.
      const records = [3, 1, 5, 2, 4].map((age) =>
        use(`age ${age}`, { ...shared, firstSeenMs: nowMs() - age * 10_000 }),
      )
      await store.saveSessions(records)
      const by = async (limit: number) => read(await store.sessionsBy({ relation: 'subject', value: 'shared' }, limit))
      expect((await by(10)).found.map(({ client }) => client)).toEqual(
        [1, 2, 3, 4, 5].map((age) => `client of age ${age}`),
      )
      const two = await by(2)
      expect(two.found.map(({ client }) => client)).toEqual(['client of age 1', 'client of age 2'])
      expect(two.more).toBe(true)
      expect((await by(5)).more).toBe(false)
    })

    it('text of any kind is kept as it is', async () => {
      const { store, use } = await opened()
      const strange = ['', ' ', '{}*', 'a\nb', 'ключ 🔑', "';--", '\0x', 'A'.repeat(2_000)]
      const records = strange.map((subject, i) => use(`strange ${i}`, { subject }))
      await store.saveSessions(records)
      for (const record of records) {
        expect(read(await store.sessions([record.id])).found).toEqual([record])
        if (record.subject === '') continue
        const { found } = read(await store.sessionsBy({ relation: 'subject', value: record.subject ?? '' }, 10))
        expect(found).toEqual([record])
      }
    })

    it('a key is folded over all sharers, and one honest sender is no fork', async () => {
      const { store, sharer, nowMs } = await opened()
      const uses = (seconds: number) => [
        {
          by: 'aabbcc',
          handedTo: 'aabbcc',
          mintedAtMs: nowMs() + seconds * 1000,
          iatSeconds: Math.floor(nowMs() / 1000) + seconds,
          seenMs: nowMs() + seconds * 1000,
        },
      ]
      expect(read(await store.saveKeys([{ key: nameOf('key'), uses: uses(0) }]))).toEqual([])
      expect(read(await sharer.saveKeys([{ key: nameOf('key'), uses: uses(1) }]))).toEqual([])
    })
  })
}
