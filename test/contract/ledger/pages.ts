/** The inventory, page by page. */
import { describe, expect, it } from 'vitest'
import { allPages, idsOf, type OpenLedger, openedBy } from './world.ts'

export function ledgerPagesContract(name: string, open: OpenLedger): void {
  const opened = openedBy(open)

  describe(`${name}, as every ledger store: pages`, () => {
    it('each session once, within the limit, to the end', async () => {
      const { store, use } = await opened()
      const records = Array.from({ length: 250 }, (_, i) => use(`paged ${i}`))
      await store.saveSessions(records)
      const pages = await allPages(store, 30)
      expect(pages.every(({ sessions }) => sessions.length <= 30)).toBe(true)
      expect(idsOf(pages)).toEqual(records.map(({ id }) => id).sort())
      expect(pages.at(-1)?.cursor).toBeUndefined()
      expect(pages[0]?.about).toBeGreaterThan(100)
      expect(pages.reduce((sum, { looked }) => sum + looked, 0)).toBeGreaterThanOrEqual(250)
    })

    it('only what is wanted', async () => {
      const { store, use } = await opened()
      await store.saveSessions(Array.from({ length: 60 }, (_, i) => use(`n ${i}`, { uses: i })))
      const pages = await allPages(store, 7, { wanted: ({ uses }) => uses % 3 === 0 })
      expect(pages.flatMap(({ sessions }) => sessions.map(({ uses }) => uses)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, i) => i * 3),
      )
    })

    it('a session that lives through the listing stands in it once, whatever is written meanwhile', async () => {
      const { store, sharer, use } = await opened()
      const there = Array.from({ length: 120 }, (_, i) => use(`there ${i}`))
      await store.saveSessions(there)
      let round = 0
      const pages = await allPages(store, 10, {}, async () => {
        round++
        await sharer.saveSessions([use(`new ${round}`), use(`there ${round}`), use(`there ${119 - round}`)])
      })
      const seen = idsOf(pages)
      const old = new Set(there.map(({ id }) => id))
      expect(seen.filter((id) => old.has(id))).toEqual([...old].sort())
      expect(new Set(seen).size).toBe(seen.length)
    })

    it('one without time ends at once, goes on with its cursor, and comes to the end', async () => {
      const { store, use } = await opened()
      const records = Array.from({ length: 200 }, (_, i) => use(`late ${i}`))
      await store.saveSessions(records)
      const pages = await allPages(store, 1_000, { withinMs: 0 })
      expect(pages.length).toBeGreaterThan(1)
      expect(idsOf(pages)).toEqual(records.map(({ id }) => id).sort())
    })

    it('a cursor that is none of its own fails, in constant words', async () => {
      const { store, use } = await opened()
      await store.saveSessions([use('one')])
      for (const cursor of ['', 'x', '-1', '1e9', "0'; --", '9'.repeat(40)]) {
        const page = await store.page({ cursor, limit: 10, withinMs: 1_000, wanted: () => true })
        expect([cursor, page.ok]).toEqual([cursor, false])
        if (!page.ok && cursor !== '') expect(page.detail).not.toContain(`${cursor} `)
      }
    })
  })
}
