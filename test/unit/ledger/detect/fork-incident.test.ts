import { describe, expect, it } from 'vitest'
import { holderTag } from '../../../../src/check/proof/holder-tag.ts'
import { incidentOfFork } from '../../../../src/ledger/detect/fork-incident.ts'
import { makeRules } from '../../../../src/ledger/detect/rules.ts'
import { LEDGER_NOW_MS, senderTally, sessionRecord } from '../../../support/ledger-records.ts'

const KEY = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
const newId = (): string => 'mzabcdefg-00000000'
const holder = { peer: 'spiffe://example.org/ns/shop/sa/a', certificate: 'c', address: '10.0.0.1' }
const other = { peer: undefined, certificate: undefined, address: '203.0.113.9' }
const tagOf = (sender: typeof other | typeof holder): string => holderTag(sender).toString('hex')
const fork = { holders: [tagOf(holder), tagOf(other)], switches: 3, atMs: LEDGER_NOW_MS } as const
const rules = (addresses: string[] = []) =>
  makeRules({ concurrentWindowSeconds: 300, sharing: [{ clients: null, peers: [], addresses }] })
const incidentOf = (sessions: Parameters<typeof incidentOfFork>[2], by = rules()) =>
  incidentOfFork(`${KEY}.abcdef`, fork, sessions, newId, LEDGER_NOW_MS, by)

describe('G3 a fork as an incident', () => {
  it('cloned, proven, with both senders out of the sessions of the key', () => {
    const sessions = [
      sessionRecord('old', { senders: [senderTally(holder)] }),
      sessionRecord('new', { senders: [senderTally({ address: '10.9.9.9', peer: undefined }), senderTally(other)] }),
    ]
    expect(incidentOf(sessions)).toMatchObject({
      class: 'cloned',
      confidence: 'proven',
      outcome: 'allowed',
      key: KEY,
      session: sessions[1]?.id,
      sender: other,
      counterpart: { role: 'other sender', sender: holder, atMs: LEDGER_NOW_MS },
      atMs: LEDGER_NOW_MS,
    })
  })

  it('senders that are not on record, or no session at all: still told', () => {
    expect(incidentOf([])).toMatchObject({ class: 'cloned', key: KEY, session: undefined })
    const [record] = [sessionRecord('s', { senders: [senderTally(holder)] })]
    expect(incidentOf([record])).toMatchObject({ session: record.id, counterpart: { sender: holder } })
  })

  it('nothing where both share on purpose', () => {
    const one = { ...other, address: '203.0.113.8' }
    const sessions = [sessionRecord('s', { senders: [senderTally(one), senderTally(other)] })]
    const of = { holders: [tagOf(one), tagOf(other)], switches: 3, atMs: LEDGER_NOW_MS } as const
    const told = (addresses: string[]) => incidentOfFork(KEY, of, sessions, newId, LEDGER_NOW_MS, rules(addresses))
    expect(told(['203.0.113.0/24'])).toBeUndefined()
    expect(told([])).toMatchObject({ class: 'cloned' })
  })
})
