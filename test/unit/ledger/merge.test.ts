import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeRecords, withIncidents } from '../../../src/ledger/merge.ts'
import {
  MAX_INCIDENTS,
  MAX_ROUTES,
  MAX_SENDERS,
  MAX_TOKENS,
  type SessionRecord,
} from '../../../src/ledger/session-record.ts'
import { anyRecord, FULL, ROOMY } from '../../support/ledger-arbitraries.ts'
import { LEDGER_NOW_MS, senderTally, sessionRecord } from '../../support/ledger-records.ts'

const at = (ms: number, changes: Partial<SessionRecord> = {}): SessionRecord =>
  sessionRecord('one', { firstSeenMs: LEDGER_NOW_MS + ms, ...changes })
const address = (n: number, ms: number) =>
  senderTally({ peer: undefined, certificate: undefined, address: `10.0.0.${n}` }, LEDGER_NOW_MS + ms)
const sum = (counts: readonly { count: number }[]): number => counts.reduce((total, { count }) => total + count, 0)

describe('two records of one session', () => {
  it('the first says how it began, the last what its token says', () => {
    const first = at(0, { firstSeen: 'created_here', issuedAtSeconds: 1, client: 'old', keyThumbprint: undefined })
    const last = at(9, { firstSeen: 'late', issuedAtSeconds: 2, client: undefined, keyThumbprint: 'new key' })
    for (const merged of [mergeRecords(first, last), mergeRecords(last, first)]) {
      expect(merged).toMatchObject({ firstSeen: 'created_here', issuedAtSeconds: 1, keyThumbprint: 'new key' })
      expect([merged.firstSeenMs, merged.lastSeenMs]).toEqual([first.firstSeenMs, last.lastSeenMs])
      // As a whole: nothing of the earlier token fills what the later one leaves out.
      expect(merged.client).toBeUndefined()
    }
  })

  it('`held` is of the last allowed request, not of a refused one after it', () => {
    const allowed = at(0, { held: ['dpop', 'workload'] })
    const refused = at(9, { held: [], lastAllowedMs: undefined, verdicts: { proof_missing: 1 } })
    expect(mergeRecords(allowed, refused).held).toEqual(['dpop', 'workload'])
    expect(mergeRecords(refused, allowed).held).toEqual(['dpop', 'workload'])
    expect(mergeRecords(allowed, at(9, { held: ['certificate'] })).held).toEqual(['certificate'])
  })

  it('the first revocation stays, the last nonce and the longest life', () => {
    const early = { id: 'rv-1', kind: 'key', atMs: 5 }
    const one = at(0, { revoked: { id: 'rv-2', kind: 'subject', atMs: 7 }, nonceHeadMs: 9, expiresAtSeconds: 10 })
    const merged = mergeRecords(one, at(9, { revoked: early, nonceHeadMs: undefined, expiresAtSeconds: 8 }))
    expect(merged).toMatchObject({ revoked: early, nonceHeadMs: 9, expiresAtSeconds: 10 })
  })

  it('the newest tokens stay, each once, the newest last', () => {
    const token = (n: number) => ({ token: `token-${n}`, jti: undefined })
    const older = at(0, { tokens: [1, 2, 3].map(token) })
    const newer = at(9, { tokens: [2, 4, 5].map(token) })
    expect(mergeRecords(older, newer).tokens).toEqual([3, 2, 4, 5].map(token))
    expect(mergeRecords(newer, older).tokens).toEqual([3, 2, 4, 5].map(token))
  })

  it('an incident that is written twice is counted once', () => {
    const record = withIncidents(withIncidents(at(0), ['b', 'a']), ['b', 'c'])
    expect(record).toMatchObject({ incidents: ['a', 'b', 'c'], incidentCount: 3 })
  })
})

describe('the list of senders when it is full', () => {
  const addresses = Array.from({ length: MAX_SENDERS }, (_, n) => address(n, n))

  it('keeps the first sender, whoever comes after it', () => {
    let record = at(0, { senders: [address(99, 0)] })
    for (let n = 1; n <= 300; n++) record = mergeRecords(record, at(n, { senders: [address(n % 250, n)] }))
    expect(record.senders[0]?.address).toBe('10.0.0.99')
    expect(record.senders).toHaveLength(MAX_SENDERS)
    expect(sum(record.senders) + record.sendersOmitted).toBe(301)
  })

  it('keeps a new holder over one more address of a known one', () => {
    const known = Array.from({ length: MAX_SENDERS }, (_, n) =>
      senderTally({ address: `10.0.0.${n}` }, LEDGER_NOW_MS + n),
    )
    const thief = senderTally({ peer: 'spiffe://example.org/thief', address: '203.0.113.9' }, LEDGER_NOW_MS - 1)
    const first = senderTally({ address: '10.0.9.9' }, LEDGER_NOW_MS - 2)
    const { senders, sendersOmitted } = mergeRecords(at(0, { senders: [first] }), at(1, { senders: [thief, ...known] }))
    expect(senders.map((sender) => sender.address)).toContain('203.0.113.9')
    expect(sendersOmitted).toBe(2)
  })

  it('keeps those that were used last, and counts what goes', () => {
    const merged = mergeRecords(at(0, { senders: addresses }), at(50, { senders: [address(50, 50), address(51, 51)] }))
    expect(merged.senders.map((sender) => sender.address)).toEqual([0, 3, 4, 5, 6, 7, 50, 51].map((n) => `10.0.0.${n}`))
    expect(merged.sendersOmitted).toBe(2)
  })

  it('one sender is one: counts add up, its last agent stays', () => {
    const [one] = mergeRecords(
      at(0, { senders: [{ ...address(1, 0), agent: 'new', count: 2, lastMs: LEDGER_NOW_MS + 9 }] }),
      at(5, { senders: [{ ...address(1, 5), agent: 'old' }] }),
    ).senders
    expect(one).toMatchObject({ count: 3, agent: 'new', firstMs: LEDGER_NOW_MS, lastMs: LEDGER_NOW_MS + 9 })
  })
})

describe('merging, whatever the records', () => {
  const merged = (...records: readonly SessionRecord[]): SessionRecord =>
    records
      .slice(1)
      .reduce((all, record) => mergeRecords(all, record), mergeRecords(undefined, records[0] as SessionRecord))

  it('the order of two does not matter, even when lists overflow', () => {
    fc.assert(
      fc.property(anyRecord(FULL), anyRecord(FULL), (a, b) => {
        expect(merged(a, b)).toEqual(merged(b, a))
      }),
      { numRuns: 200 },
    )
  })

  it('grouping does not matter while lists have room', () => {
    fc.assert(
      fc.property(anyRecord(ROOMY), anyRecord(ROOMY), anyRecord(ROOMY), (a, b, c) => {
        // The order of tokens is known between two records only.
        const sorted = ({ tokens, ...rest }: SessionRecord) => ({
          ...rest,
          tokens: tokens.map(({ token }) => token).sort(),
        })
        expect(sorted(mergeRecords(merged(a, b), c))).toEqual(sorted(mergeRecords(a, merged(b, c))))
      }),
      { numRuns: 200 },
    )
  })

  it('nothing is lost: counts, bounds, first and last times hold in any grouping, even when lists overflow', () => {
    fc.assert(
      fc.property(fc.array(anyRecord(FULL), { minLength: 2, maxLength: 6 }), (records) => {
        const half = Math.ceil(records.length / 2)
        const grouped = mergeRecords(merged(...records.slice(0, half)), merged(...records.slice(half)))
        const all = merged(...records)
        const total = (of: (record: SessionRecord) => number): number =>
          records.reduce((running, record) => running + of(record), 0)
        for (const record of [all, grouped]) {
          expect(record.uses).toBe(total(({ uses }) => uses))
          expect(sum(record.senders) + record.sendersOmitted).toBe(record.uses)
          expect(sum(record.routes) + record.routesOmitted).toBe(
            total(({ routes, routesOmitted }) => sum(routes) + routesOmitted),
          )
          expect(record.firstSeenMs).toBe(Math.min(...records.map(({ firstSeenMs }) => firstSeenMs)))
          expect(record.lastSeenMs).toBe(Math.max(...records.map(({ lastSeenMs }) => lastSeenMs)))
          const firstMs = (of: readonly SessionRecord[]) =>
            of.flatMap(({ senders }) => senders.map((one) => one.firstMs))
          expect(Math.min(...firstMs([record]))).toBe(Math.min(...firstMs(records)))
          expect(record.senders.length).toBeLessThanOrEqual(MAX_SENDERS)
          expect(record.routes.length).toBeLessThanOrEqual(MAX_ROUTES)
          expect(record.tokens.length).toBeLessThanOrEqual(MAX_TOKENS)
          expect(record.incidents.length).toBeLessThanOrEqual(MAX_INCIDENTS)
        }
        for (const member of [
          'verdicts',
          'issuer',
          'subject',
          'held',
          'firstSeen',
          'revoked',
          'nonceHeadMs',
        ] as const) {
          expect([member, grouped[member]]).toEqual([member, all[member]])
        }
      }),
      { numRuns: 100 },
    )
  })
})
