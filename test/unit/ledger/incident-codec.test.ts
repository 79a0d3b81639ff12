import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeIncident, encodeIncident } from '../../../src/ledger/incident-codec.ts'
import { anyIncident } from '../../support/ledger-arbitraries.ts'
import { incident, WORKLOAD } from '../../support/ledger-records.ts'

const one = incident(1, {
  reason: 'peer_mismatch',
  counterpart: {
    role: 'holder',
    sender: { peer: WORKLOAD, certificate: undefined, address: '' },
    hash: 'aabb',
    atMs: 5,
  },
  revocation: { id: 'rv-1', kind: 'key' },
})
const changed = (changes: Record<string, unknown>): string =>
  JSON.stringify({ ...JSON.parse(encodeIncident(one)), ...changes })

describe('an incident as text', () => {
  it('is read as it was written, whatever the incident', () => {
    fc.assert(
      fc.property(anyIncident, (some) => {
        expect(decodeIncident(encodeIncident(some))).toEqual(some)
      }),
      { numRuns: 100 },
    )
  })

  it('one that is written again with other spacing is the same', () => {
    expect(decodeIncident(changed({}))).toEqual(one)
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['nothing', ''],
    ['another format', changed({ format: '2' })],
    ['no format', changed({ format: undefined })],
    ['an unknown member', changed({ more: 1 })],
    ['a member that is missing', changed({ by: undefined })],
    ['an unknown class', changed({ class: 'odd' })],
    ['an unknown confidence', changed({ confidence: 'sure' })],
    ['an unknown outcome', changed({ outcome: 'ok' })],
    ['an unknown reason', changed({ reason: 'toString' })],
    ['a time that is text', changed({ atMs: '1' })],
    ['a count that is no whole number', changed({ count: 1.5 })],
    ['a negative time', changed({ lastMs: -1 })],
    ['null where nothing is left out', changed({ subject: null })],
    ['a sender that is text', changed({ sender: 'x' })],
    ['a sender without an address', changed({ sender: {} })],
    ['a sender with more', changed({ sender: { address: '', x: 1 } })],
    ['a counterpart in an unknown role', changed({ counterpart: { role: 'friend' } })],
    ['a counterpart whose sender is broken', changed({ counterpart: { role: 'holder', sender: {} } })],
    ['a revocation without a kind', changed({ revocation: { id: 'x' } })],
    ['a member that stands twice', `{"by":"x",${encodeIncident(one).slice(1)}`],
  ])('%s: undefined', (_, text) => {
    expect(decodeIncident(text)).toBeUndefined()
  })
})
