import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relativesOfIncident, relativesOfSession } from '../../../src/ledger/relations.ts'
import { anyIncident, anyRecord, FULL } from '../../support/ledger-arbitraries.ts'
import { incident, senderTally, sessionRecord, WORKLOAD } from '../../support/ledger-records.ts'

describe('what a session is related to', () => {
  it('everything that it names, each once', () => {
    const record = sessionRecord('one', {
      subject: 'sub',
      client: WORKLOAD,
      keyThumbprint: 'key',
      certificateThumbprint: 'bound',
      tokens: [
        { token: 't1', jti: 'j1' },
        { token: 't2', jti: undefined },
      ],
      senders: [
        senderTally({ certificate: 'c1', address: '10.0.0.1' }),
        senderTally({ peer: undefined, certificate: 'bound', address: '' }),
      ],
    })
    expect(relativesOfSession(record).map(({ relation, value }) => `${relation} ${value}`)).toEqual([
      'token t1',
      'jti j1',
      'token t2',
      'subject sub',
      `client ${WORKLOAD}`,
      'key key',
      'certificate bound',
      `workload ${WORKLOAD}`,
      'trust-domain example.org',
      'issuer https://as.example.com',
      'certificate c1',
      'address 10.0.0.1',
    ])
  })

  it('a bare bearer token: what there is', () => {
    const nothing = { subject: undefined, client: undefined, holder: undefined, keyThumbprint: undefined }
    const record = sessionRecord('one', { ...nothing, tokens: [{ token: 't', jti: undefined }], senders: [] })
    expect(relativesOfSession(record).map(({ relation }) => relation)).toEqual(['token', 'issuer'])
  })

  it('never twice, never empty, never more than some forty', () => {
    fc.assert(
      fc.property(anyRecord(FULL), (record) => {
        const names = relativesOfSession(record).map(({ relation, value }) => JSON.stringify([relation, value]))
        expect(new Set(names).size).toBe(names.length)
        expect(names.length).toBeLessThanOrEqual(40)
        expect(relativesOfSession(record).every(({ value }) => value !== '')).toBe(true)
      }),
    )
  })
})

describe('what an incident is related to', () => {
  it('the key that signed is one of its keys, the other sender one of its senders', () => {
    const one = incident(1, {
      session: 's',
      token: 't',
      key: 'bound',
      foreignKey: 'foreign',
      sender: { peer: undefined, certificate: 'thief', address: '203.0.113.9' },
      counterpart: {
        role: 'holder',
        sender: { peer: WORKLOAD, certificate: undefined, address: '' },
        hash: undefined,
        atMs: undefined,
      },
    })
    expect(relativesOfIncident(one).map(({ relation, value }) => `${relation} ${value}`)).toEqual([
      'session s',
      'decision decision-1',
      'token t',
      'key bound',
      'key foreign',
      'certificate thief',
      'address 203.0.113.9',
      `workload ${WORKLOAD}`,
      'trust-domain example.org',
    ])
  })

  it('never by issuer (all of them are), never twice', () => {
    fc.assert(
      fc.property(anyIncident, (one) => {
        const names = relativesOfIncident(one).map(({ relation, value }) => JSON.stringify([relation, value]))
        expect(new Set(names).size).toBe(names.length)
        expect(relativesOfIncident(one).some(({ relation }) => relation === 'issuer')).toBe(false)
      }),
    )
  })
})
