/** How long and how much is kept. */
import { describe, expect, it } from 'vitest'
import type { Gap } from '../../../src/ledger/ledger-store.ts'
import { incident } from '../../support/ledger-records.ts'
import { listAll, type OpenLedger, openedBy, read } from './world.ts'

export function ledgerBoundsContract(name: string, open: OpenLedger): void {
  const opened = openedBy(open)

  describe(`${name}, as every ledger store: bounds`, () => {
    it('a flood of sessions used once pushes out sessions used once: those in use stay, and evidence', async () => {
      const { store, flood, use, nowMs } = await opened()
      const busy = Array.from({ length: 20 }, (_, i) =>
        use(`busy ${i}`, { uses: 3, verdicts: { ok: 3 }, firstSeenMs: nowMs() - 600_000 }),
      )
      const accused = use('accused', { firstSeenMs: nowMs() - 900_000 })
      await store.saveSessions([...busy, accused])
      await store.saveIncidents([incident(1, { atMs: nowMs(), session: accused.id })])
      for (let from = 0; from < flood.sessions; from += 500) {
        const count = Math.min(500, flood.sessions - from)
        const deltas = Array.from({ length: count }, (_, i) => use(`flood ${from + i}`, { holder: undefined }))
        read(await store.saveSessions(deltas))
      }
      const stayed = [...busy, accused].map(({ id }) => id)
      expect(
        read(await store.sessions(stayed))
          .found.map(({ id }) => id)
          .sort(),
      ).toEqual(stayed.sort())
      const left = await listAll(store)
      expect(left.length).toBeLessThanOrEqual(flood.kept)
      expect(left.length).toBeGreaterThan(flood.kept / 2)
      // Nothing can be found that is not there any more.
      const byIssuer = read(await store.sessionsBy({ relation: 'issuer', value: accused.issuer }, 1_000))
      const ids = new Set(left.map(({ id }) => id))
      expect(byIssuer.found.every(({ id }) => ids.has(id))).toBe(true)
    })

    it('a session is forgotten when it was not used for the retention, and an incident after it', async () => {
      const { store, use, pass, nowMs } = await opened({ retentionSeconds: 2 })
      await store.saveSessions([use('old', { firstSeenMs: nowMs() }), use('used', { firstSeenMs: nowMs() })])
      await store.saveIncidents([incident(1, { atMs: nowMs(), session: use('old').id })])
      await pass(1_200)
      await store.saveSessions([use('used', { firstSeenMs: nowMs() })])
      await pass(1_200)
      const ids = [use('old').id, use('used').id]
      expect(read(await store.sessions(ids)).found.map(({ id, uses }) => [id, uses])).toEqual([[ids[1], 2]])
      expect(read(await store.sessionsBy({ relation: 'client', value: 'client of old' }, 10)).found).toEqual([])
      expect((await listAll(store)).map(({ id }) => id)).toEqual([ids[1]])
      expect(read(await store.recentIncidents(10, undefined)).found).toEqual([])
      expect(read(await store.incidentsBy({ relation: 'decision', value: 'decision-1' }, 10)).found).toEqual([])
      // One that comes again after it is another one.
      const again = use('old', { firstSeenMs: nowMs() })
      expect(read(await store.saveSessions([again]))).toEqual([{ before: undefined, after: again }])
    })

    it('of more incidents than are kept the oldest go', async () => {
      const { store, nowMs } = await opened({ maxIncidents: 100 })
      const all = Array.from({ length: 600 }, (_, i) => incident(i, { atMs: nowMs() - 1000 + i }))
      for (let from = 0; from < all.length; from += 100) await store.saveIncidents(all.slice(from, from + 100))
      const { found } = read(await store.recentIncidents(1_000, undefined))
      expect(found.length).toBeGreaterThanOrEqual(100)
      // A store may cut in blocks.
      expect(found.length).toBeLessThanOrEqual(250)
      expect(found).toEqual(all.toReversed().slice(0, found.length))
      expect(read(await store.incidentsBy({ relation: 'decision', value: 'decision-0' }, 10)).found).toEqual([])
    })

    it('gaps are kept in their order, the last hundred', async () => {
      const { store, sharer, nowMs } = await opened()
      const gap = (i: number): Gap => ({ fromMs: nowMs() + i, toMs: nowMs() + i + 1, dropped: i + 1, by: 'replica-1' })
      const gaps = Array.from({ length: 105 }, (_, i) => gap(i))
      for (const one of gaps) read(await store.saveGap(one))
      expect(read(await sharer.gaps()).map(({ dropped }) => dropped)).toEqual(gaps.slice(5).map((one) => one.dropped))
    })
  })
}
