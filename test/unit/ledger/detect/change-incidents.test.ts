import { describe, expect, it } from 'vitest'
import { incidentsOfChange } from '../../../../src/ledger/detect/change-incidents.ts'
import { makeRules, type RulesConfig } from '../../../../src/ledger/detect/rules.ts'
import type { Incident } from '../../../../src/ledger/incident.ts'
import type { SenderTally } from '../../../../src/ledger/sender.ts'
import type { SessionRecord } from '../../../../src/ledger/session-record.ts'
import { LEDGER_NOW_MS, senderTally, sessionRecord } from '../../../support/ledger-records.ts'

const WINDOW_SECONDS = 300
const newId = (): string => 'mzabcdefg-00000000'

function rules(sharing: Partial<RulesConfig['sharing'][0]>[] = []): ReturnType<typeof makeRules> {
  const whole = sharing.map((one) => ({ clients: null, peers: [], addresses: [], ...one }))
  return makeRules({ concurrentWindowSeconds: WINDOW_SECONDS, sharing: whole })
}

type Who = Partial<Pick<SenderTally, 'peer' | 'certificate' | 'address' | 'agent'>>

/** Of nobody in particular: an address only. */
const at = (address: string): Who => ({ peer: undefined, certificate: undefined, address })
const workload = (name: string, address = '10.0.0.1'): Who => ({
  peer: `spiffe://example.org/ns/shop/sa/${name}`,
  certificate: `certificate of ${name}`,
  address,
})

/** Seconds of first and last use. */
function sender(who: Who, first: number, last: number, count = 2): SenderTally {
  return senderTally({ ...who, count, firstMs: LEDGER_NOW_MS + first * 1000, lastMs: LEDGER_NOW_MS + last * 1000 })
}

function found(
  before: readonly SenderTally[] | undefined,
  after: readonly SenderTally[],
  by = rules(),
  changes: Partial<SessionRecord> = {},
): readonly Incident[] {
  const record = (senders: readonly SenderTally[]): SessionRecord =>
    sessionRecord('s', { client: 'c', ...changes, senders })
  return incidentsOfChange({ before: before && record(before), after: record(after) }, by, newId, LEDGER_NOW_MS)
}

describe('G2 concurrent use', () => {
  it('one, the other, and the first again: suspected, with both senders', () => {
    const [one, other] = [at('192.0.2.1'), at('198.51.100.1')]
    const [incident] = found([sender(one, 0, 0)], [sender(one, 0, 20), sender(other, 10, 10)])
    expect(incident).toMatchObject({
      class: 'concurrent',
      confidence: 'suspected',
      outcome: 'allowed',
      reason: undefined,
      sender: one,
      counterpart: { role: 'other sender', sender: other, atMs: LEDGER_NOW_MS + 10_000 },
    })
  })

  it('all in one batch, also of an unbound token', () => {
    const senders = [sender(at('192.0.2.1'), 0, 0.9), sender(at('198.51.100.1'), 0.5, 0.8)]
    expect(found(undefined, senders, rules(), { held: [], keyThumbprint: undefined })).toHaveLength(1)
  })

  it('two workloads: said so', () => {
    const senders = [sender(workload('a'), 0, 20), sender(workload('b'), 10, 10)]
    expect(found(undefined, senders)[0]?.by).toContain('two workloads')
  })

  it.each<[string, readonly SenderTally[]]>([
    ['a move', [sender(at('192.0.2.1'), 0, 10), sender(at('198.51.100.1'), 11, 20)]],
    [
      'pods of one service account',
      [sender(workload('a', '10.0.0.1'), 0, 20), sender(workload('a', '10.0.0.2'), 10, 10)],
    ],
    [
      'a renewed certificate of one workload',
      [sender(workload('a'), 0, 20), sender({ ...workload('a'), certificate: 'the next' }, 10, 30)],
    ],
    [
      'a renewed certificate without an identity, from one address',
      [
        sender({ ...at('192.0.2.1'), certificate: 'old' }, 0, 20),
        sender({ ...at('192.0.2.1'), certificate: 'new' }, 10, 30),
      ],
    ],
    [
      'one host with several addresses of its /64',
      [sender(at('2001:db8::1'), 0, 20), sender(at('2001:db8::2'), 10, 10)],
    ],
    ['one address in two spellings', [sender(at('10.0.0.1'), 0, 20), sender(at('::ffff:10.0.0.1'), 10, 10)]],
    ['seldom: each a window apart', [sender(at('192.0.2.1'), 0, 800, 2), sender(at('198.51.100.1'), 400, 400)]],
  ])('not: %s', (_, senders) => {
    expect(found(undefined, senders)).toEqual([])
  })

  it('two certificates without an identity from two addresses are two', () => {
    const senders = [
      sender({ ...at('192.0.2.1'), certificate: 'a' }, 0, 20),
      sender({ ...at('192.0.2.2'), certificate: 'b' }, 10, 10),
    ]
    expect(found(undefined, senders)).toHaveLength(1)
  })

  it('once when it begins, and once in each window while it goes on', () => {
    const [one, other] = [at('192.0.2.1'), at('198.51.100.1')]
    let before: readonly SenderTally[] = [sender(one, 0, 0)]
    let count = 0
    for (let second = 1; second < 2 * WINDOW_SECONDS; second++) {
      const after = [sender(one, 0, second, second), sender(other, 0.5, second - 0.5, second)]
      count += found(before, after).length
      before = after
    }
    expect(count).toBeGreaterThanOrEqual(2)
    expect(count).toBeLessThanOrEqual(3)
  })
})

describe('G2 who shares on purpose', () => {
  const nat = [sender(at('192.0.2.1'), 0, 20), sender(at('192.0.2.9'), 10, 10)]
  const outside = [sender(at('192.0.2.1'), 0, 20), sender(at('198.51.100.1'), 10, 10)]
  const workloads = [sender(workload('a'), 0, 20), sender(workload('b'), 10, 10)]

  it.each<[string, Partial<RulesConfig['sharing'][0]>, readonly SenderTally[], number]>([
    ['one network', { addresses: ['192.0.2.0/24'] }, nat, 0],
    ['one inside it, one outside', { addresses: ['192.0.2.0/24'] }, outside, 1],
    ['both on one list', { addresses: ['192.0.2.0/24', '198.51.100.0/24'] }, outside, 0],
    ['the client named', { clients: ['c'], addresses: ['192.0.2.0/24'] }, nat, 0],
    ['another client', { clients: ['other'], addresses: ['192.0.2.0/24'] }, nat, 1],
    ['workloads by prefix', { peers: ['spiffe://example.org/ns/shop/*'] }, workloads, 0],
    ['one workload of the two', { peers: ['spiffe://example.org/ns/shop/sa/a'] }, workloads, 1],
    ['an address excuses nobody who shows an identity', { addresses: ['10.0.0.0/8'] }, workloads, 1],
    ['what is no network excuses nobody', { addresses: ['192.0.2.1/24'] }, nat, 1],
  ])('%s', (_, sharing, senders, count) => {
    expect(found(undefined, senders, rules([sharing]))).toHaveLength(count)
  })
})

describe('G2 drift', () => {
  const settled: Partial<SessionRecord> = { uses: 20, firstSeenMs: LEDGER_NOW_MS - 600_000, lastSeenMs: LEDGER_NOW_MS }
  const home = { ...workload('a'), agent: 'aaaaaaaa' }

  /** The settled session, then with this one more sender after it. */
  function drift(next: Who, changes: Partial<SessionRecord> = {}, first: Who = home): string[] {
    const before = [sender(first, -600, -100)]
    return found(before, [...before, sender(next, 1, 1)], rules(), { ...settled, ...changes }).map(({ by }) => by)
  }

  it('another workload', () => {
    expect(drift(workload('b'))).toEqual([expect.stringContaining('workload that it never had')])
  })

  it('another part of the network; not another address of the same', () => {
    expect(drift(at('203.0.113.5'), {}, at('10.1.2.3'))).toEqual([expect.stringContaining('part of the network')])
    expect(drift(at('10.1.200.3'), {}, at('10.1.2.3'))).toEqual([])
  })

  it('another user agent from a new sender; the same one is none', () => {
    const [one, other] = [at('10.1.2.3'), at('10.1.2.4')]
    expect(drift({ ...other, agent: 'bbbbbbbb' }, {}, { ...one, agent: 'aaaaaaaa' })).toEqual([
      expect.stringContaining('user agent'),
    ])
    expect(drift({ ...other, agent: 'aaaaaaaa' }, {}, { ...one, agent: 'aaaaaaaa' })).toEqual([])
  })

  it('another pod of the same workload is none', () => {
    expect(drift({ ...workload('a', '203.0.113.9'), agent: 'bbbbbbbb' })).toEqual([])
  })

  it.each<[string, Partial<SessionRecord>]>([
    ['used too seldom', { uses: 19 }],
    ['too young', { firstSeenMs: LEDGER_NOW_MS - 599_999 }],
    ['with senders that were left out', { sendersOmitted: 1 }],
  ])('a session that is not settled or not known whole: %s', (_, changes) => {
    expect(drift(workload('b'), changes)).toEqual([])
  })

  it('another route; once', () => {
    const senders = [sender(home, -600, 0)]
    const record = (...routes: string[]): SessionRecord =>
      sessionRecord('s', {
        ...settled,
        senders,
        routes: routes.map((route) => ({ route, count: 1, lastMs: LEDGER_NOW_MS })),
      })
    const of = (before: SessionRecord, after: SessionRecord): readonly Incident[] =>
      incidentsOfChange({ before, after }, rules(), newId, LEDGER_NOW_MS)
    expect(of(record('a'), record('a', 'b')).map(({ class: cls, by }) => [cls, by])).toEqual([
      ['drifted', expect.stringContaining('route')],
    ])
    expect(of(record('a', 'b'), record('a', 'b'))).toEqual([])
  })
})
