import { describe, expect, it } from 'vitest'
import { makeCoalescer } from '../../../../src/ledger/detect/coalesce.ts'
import { incident, LEDGER_NOW_MS } from '../../../support/ledger-records.ts'

const WINDOW_MS = 60_000
const make = (maxPending = 100) => makeCoalescer({ windowMs: WINDOW_MS, maxPending })

describe('G2 alike incidents', () => {
  it('the first at once, those within the window as one when it is over', () => {
    const coalescer = make()
    for (let i = 0; i < 100; i++) coalescer.add(incident(i * 100, { session: 's' }))
    expect(coalescer.take(LEDGER_NOW_MS + 10_000).incidents).toEqual([incident(0, { session: 's' })])
    expect(coalescer.take(LEDGER_NOW_MS + WINDOW_MS - 1).incidents).toEqual([])
    expect(coalescer.take(LEDGER_NOW_MS + WINDOW_MS).incidents).toEqual([
      incident(100, { session: 's', count: 99, lastMs: LEDGER_NOW_MS + 9900 }),
    ])
    expect(coalescer.take(Number.POSITIVE_INFINITY)).toEqual({ incidents: [], dropped: 0 })
  })

  it('after the window a first one again', () => {
    const coalescer = make()
    coalescer.add(incident(0, { session: 's' }))
    coalescer.add(incident(WINDOW_MS, { session: 's' }))
    expect(coalescer.take(LEDGER_NOW_MS + WINDOW_MS).incidents).toHaveLength(2)
  })

  it('what is proven once is proven', () => {
    const coalescer = make()
    coalescer.add(incident(0, { session: 's', confidence: 'suspected' }))
    coalescer.add(incident(1, { session: 's', confidence: 'suspected' }))
    coalescer.add(incident(2, { session: 's', confidence: 'proven', by: 'proof' }))
    const [, second] = coalescer.take(Number.POSITIVE_INFINITY).incidents
    expect(second).toMatchObject({ confidence: 'proven', by: 'proof', count: 2 })
  })

  it.each([
    ['class', { class: 'stolen' }],
    ['session', { session: 'other' }],
    ['sender', { sender: { peer: undefined, certificate: undefined, address: '203.0.113.1' } }],
    ['reason', { reason: 'revoked' }],
    ['outcome', { outcome: 'let_pass' }],
  ] as const)('another %s is another one', (_, change) => {
    const coalescer = make()
    coalescer.add(incident(0, { session: 's' }))
    coalescer.add(incident(1, { session: 's', ...change }))
    expect(coalescer.take(LEDGER_NOW_MS).incidents).toHaveLength(2)
  })

  it('another address of one workload is the same', () => {
    const coalescer = make()
    const of = (address: string) => ({ peer: 'spiffe://td/a', certificate: undefined, address })
    coalescer.add(incident(0, { session: 's', sender: of('10.0.0.1') }))
    coalescer.add(incident(1, { session: 's', sender: of('10.0.0.2') }))
    expect(coalescer.take(LEDGER_NOW_MS).incidents).toHaveLength(1)
  })

  it('beyond its bound it drops, and says how many, once', () => {
    const coalescer = make(10)
    for (let i = 0; i < 15; i++) coalescer.add(incident(i, { session: `s${i}` }))
    const taken = coalescer.take(LEDGER_NOW_MS)
    expect([taken.incidents.length, taken.dropped]).toEqual([10, 5])
    expect(coalescer.take(LEDGER_NOW_MS).dropped).toBe(0)
    expect(coalescer.take(LEDGER_NOW_MS + 2 * WINDOW_MS).incidents).toEqual([])
    coalescer.add(incident(2 * WINDOW_MS, { session: 'new' }))
    expect(coalescer.take().incidents).toHaveLength(1)
  })
})
