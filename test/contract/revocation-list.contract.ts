/** What every revocation list promises, wherever its entries come from. */
import { describe, expect, it } from 'vitest'
import {
  REVOCATION_KINDS,
  type Revocation,
  type RevocationKind,
  type RevocationList,
} from '../../src/check/revocation/revocation.ts'
import { BARE_QUERY, CASES, IAT, ISSUER, NOW, OTHER_ISSUER, QUERY, revocation } from './revocation-list-cases.ts'

/** `make` gives a list that holds these entries, and whatever must be undone when the test ends. */
export type MakeList = (entries: readonly Revocation[]) => Promise<RevocationList>

/** Only what the log says of it: a list need not keep the rest. */
const revoked = ({ id, kind }: Revocation) => ({ kind: 'revoked', revocation: { id, kind } })

export function revocationListContract(name: string, make: MakeList): void {
  const find = async (entries: readonly Revocation[], query = QUERY, now = NOW) =>
    (await make(entries)).find(query, now)

  describe(`${name}, as every revocation list`, () => {
    it.each(CASES)('E $name', async ({ entry, query, hits }) => {
      const outcome = await find([entry], query)
      expect(outcome).toEqual(hits ? revoked(entry) : { kind: 'clear' })
    })

    it('every kind has a case that hits and one that misses', () => {
      const kinds = (hits: boolean): Set<RevocationKind> => {
        return new Set(CASES.filter((row) => row.hits === hits).map(({ entry }) => entry.kind))
      }
      expect([...kinds(true)].sort()).toEqual([...REVOCATION_KINDS].sort())
      expect([...kinds(false)].sort()).toEqual([...REVOCATION_KINDS].sort())
    })

    it('an empty list refuses nothing', async () => {
      expect(await find([])).toEqual({ kind: 'clear' })
      expect(await find([], BARE_QUERY)).toEqual({ kind: 'clear' })
    })

    it('a request that shows little is held against a full list', async () => {
      const entries = CASES.filter(({ hits }) => hits).map(({ entry }) => entry)
      expect(await find(entries, { ...BARE_QUERY, tokenSha256: 'x', issuer: OTHER_ISSUER })).toEqual({ kind: 'clear' })
    })

    it('one entry of many is found', async () => {
      const others = Array.from({ length: 200 }, (_, i) => revocation('session', `sid-${i + 2}`))
      const entry = revocation('session', 'sid-1')
      expect(await find([...others, entry])).toEqual(revoked(entry))
    })

    it('an entry ends by itself while the list stands', async () => {
      const list = await make([revocation('subject', 'sub-1', { expiresAtSeconds: NOW + 10 })])
      expect(list.find(QUERY, NOW + 9).kind).toBe('revoked')
      expect(list.find(QUERY, NOW + 10).kind).toBe('clear')
    })

    it('a weak entry does not hide a strong one for the same value, in either order', async () => {
      const old = revocation('subject', 'sub-1', { id: 'old', issuedBeforeSeconds: IAT - 100 })
      const short = revocation('subject', 'sub-1', { id: 'short', expiresAtSeconds: NOW + 1 })
      const elsewhere = revocation('subject', 'sub-1', { id: 'elsewhere', issuer: OTHER_ISSUER })
      const here = revocation('subject', 'sub-1', { id: 'here', issuer: ISSUER })
      for (const entries of [
        [old, short, elsewhere, here],
        [here, elsewhere, short, old],
      ]) {
        expect((await find(entries)).kind).toBe('revoked')
        expect(await find(entries, QUERY, NOW + 2)).toEqual(revoked(here))
      }
    })

    it('what is repeated a thousand times is found as before', async () => {
      const again = Array.from({ length: 1000 }, (_, i) => {
        return revocation('client', 'client-1', { id: `rv-${i}`, issuedBeforeSeconds: IAT - 1000 + i })
      })
      expect((await find(again)).kind).toBe('clear')
      expect((await find(again, { ...QUERY, issuedAtSeconds: IAT - 1 })).kind).toBe('revoked')
    })
  })
}
