/** Entries that are none of ours; of a store whose entries cannot be broken, that it finds none. */
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../src/ledger/ledger-store.ts'
import type { SessionRecord } from '../../../src/ledger/session-record.ts'
import { allPages, idsOf, type OpenLedger, openedBy, read } from './world.ts'

export function ledgerBrokenContract(name: string, open: OpenLedger): void {
  const opened = openedBy(open)

  describe(`${name}, as every ledger store: broken entries`, () => {
    it('an entry that is broken is skipped, counted, and does not hinder others', async () => {
      const { store, corrupt, use } = await opened()
      await store.saveSessions([use('broken', { subject: 'both' }), use('whole', { subject: 'both' })])
      const [broken, whole] = [use('broken').id, use('whole').id]
      await corrupt?.(broken)
      const expected = corrupt === undefined ? [[broken, whole].sort(), 0] : [[whole], 1]
      const outcome = ({ found, corrupt: count }: Reading<SessionRecord>) => [found.map(({ id }) => id).sort(), count]
      expect(outcome(read(await store.sessions([broken, whole])))).toEqual(expected)
      expect(outcome(read(await store.sessionsBy({ relation: 'subject', value: 'both' }, 10)))).toEqual(expected)
      const pages = await allPages(store, 100)
      expect([idsOf(pages), pages.reduce((sum, page) => sum + page.corrupt, 0)]).toEqual(expected)
    })

    it('a broken entry that is used again begins anew', async () => {
      const { store, corrupt, use } = await opened()
      await store.saveSessions([use('broken')])
      await corrupt?.(use('broken').id)
      const [change] = read(await store.saveSessions([use('broken')]))
      expect(change?.after.uses).toBe(corrupt === undefined ? 2 : 1)
      expect(read(await store.sessions([use('broken').id]))).toEqual({
        found: [change?.after],
        corrupt: 0,
        more: false,
      })
    })
  })
}
