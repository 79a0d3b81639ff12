/** Incidents, and what is forgotten on demand. */
import { describe, expect, it } from 'vitest'
import { incident, nameOf } from '../../support/ledger-records.ts'
import { listAll, type OpenLedger, openedBy, read } from './world.ts'

export function ledgerIncidentsContract(name: string, open: OpenLedger): void {
  const opened = openedBy(open)

  describe(`${name}, as every ledger store: incidents`, () => {
    it('an incident is found by id, in the order of time, and page by page', async () => {
      const { store, nowMs } = await opened()
      const all = Array.from({ length: 25 }, (_, i) => incident(i, { atMs: nowMs() - 1000 + i }))
      expect(read(await store.saveIncidents(all.slice(0, 20)))).toBe(20)
      expect(read(await store.saveIncidents(all.slice(20)))).toBe(5)
      const newest = all.toReversed()
      expect(read(await store.incidents([all[3]?.id ?? '', 'none'])).found).toEqual([all[3]])
      const first = read(await store.recentIncidents(10, undefined))
      expect(first).toEqual({ found: newest.slice(0, 10), corrupt: 0, more: true })
      const second = read(await store.recentIncidents(10, first.found.at(-1)?.id))
      expect(second).toEqual({ found: newest.slice(10, 20), corrupt: 0, more: true })
      const third = read(await store.recentIncidents(10, second.found.at(-1)?.id))
      expect(third).toEqual({ found: newest.slice(20), corrupt: 0, more: false })
    })

    it('an incident is found by everything that it is related to, the other key and the other sender included', async () => {
      const { store, use, nowMs } = await opened()
      const sender = { peer: 'spiffe://example.org/thief', certificate: nameOf('thief'), address: '203.0.113.9' }
      const other = { peer: 'spiffe://example.org/holder', certificate: nameOf('holder'), address: '10.0.0.1' }
      const one = incident(1, {
        atMs: nowMs(),
        session: use('one').id,
        token: nameOf('token one'),
        subject: 'a subject',
        client: 'a client',
        holder: 'spiffe://example.org/named',
        key: nameOf('key'),
        foreignKey: nameOf('foreign key'),
        sender,
        counterpart: { role: 'holder', sender: other, hash: undefined, atMs: undefined },
      })
      await store.saveIncidents([one, incident(2, { atMs: nowMs() })])
      const related = [
        ['session', one.session],
        ['token', one.token],
        ['subject', one.subject],
        ['client', one.client],
        ['key', one.key],
        ['key', one.foreignKey],
        ['certificate', sender.certificate],
        ['certificate', other.certificate],
        ['workload', sender.peer],
        ['workload', other.peer],
        ['workload', one.holder],
        ['address', sender.address],
        ['decision', one.decisionId],
      ] as const
      for (const [relation, value = ''] of related) {
        const reading = read(await store.incidentsBy({ relation, value }, 10))
        expect([relation, reading]).toEqual([relation, { found: [one], corrupt: 0, more: false }])
      }
    })

    it('an incident stands in the record of its session, once however often it is written', async () => {
      const { store, use, nowMs } = await opened()
      const { id } = use('one')
      await store.saveSessions([use('one')])
      const incidents = [1, 2].map((number) => incident(number, { atMs: nowMs() + number, session: id }))
      await store.saveIncidents(incidents)
      await store.saveIncidents(incidents.slice(1))
      await store.saveSessions([use('one')])
      const [record] = read(await store.sessions([id])).found
      expect(record).toMatchObject({ uses: 2, incidents: incidents.map((one) => one.id), incidentCount: 2 })
    })

    it('an incident of an unknown session, or of none, is kept and makes no session', async () => {
      const { store, nowMs } = await opened()
      const ones = [incident(1, { atMs: nowMs(), session: nameOf('nobody') }), incident(2, { atMs: nowMs() })]
      expect(read(await store.saveIncidents(ones))).toBe(2)
      expect(await listAll(store)).toEqual([])
      expect(read(await store.recentIncidents(10, undefined)).found).toHaveLength(2)
    })

    it('forgets a subject: its sessions and incidents, by any look-up, and nothing else', async () => {
      const { store, use, nowMs } = await opened()
      // Older than the other one: an index may keep the newest only.
      const older = { subject: 'gone', client: 'shared', firstSeenMs: nowMs() - 10_000 }
      const gone = Array.from({ length: 150 }, (_, i) => use(`gone ${i}`, older))
      const stays = use('stays', { subject: 'gone2', client: 'shared' })
      await store.saveSessions([...gone, stays])
      await store.saveIncidents([
        incident(1, { atMs: nowMs(), subject: 'gone', key: nameOf('k'), session: gone[0]?.id }),
        incident(2, { atMs: nowMs(), subject: 'gone2', key: nameOf('k'), session: stays.id }),
      ])
      expect(read(await store.forgetSubject('gone'))).toEqual({ sessions: 150, incidents: 1 })
      expect((await listAll(store)).map(({ id }) => id)).toEqual([stays.id])
      const by = (relation: 'subject' | 'client', value: string) => store.sessionsBy({ relation, value }, 10)
      expect(read(await by('subject', 'gone')).found).toEqual([])
      expect(read(await by('client', 'shared')).found.map(({ id }) => id)).toEqual([stays.id])
      expect(read(await store.recentIncidents(10, undefined)).found.map(({ subject }) => subject)).toEqual(['gone2'])
      const incidents = read(await store.incidentsBy({ relation: 'key', value: nameOf('k') }, 10))
      expect(incidents.found.map(({ subject }) => subject)).toEqual(['gone2'])
      expect(read(await store.forgetSubject('gone'))).toEqual({ sessions: 0, incidents: 0 })
    })
  })
}
