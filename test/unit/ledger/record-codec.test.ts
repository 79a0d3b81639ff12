import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeRecords } from '../../../src/ledger/merge.ts'
import { decodeSession, encodeSession } from '../../../src/ledger/record-codec.ts'
import { anyRecord, FULL } from '../../support/ledger-arbitraries.ts'
import { LEDGER_NOW_MS, nameOf, senderTally, sessionRecord } from '../../support/ledger-records.ts'

const SPIFFE_ID = 'spiffe://prod.example.org/ns/payments/sa/settlement'
const thumbprint = (of: string): string => createHash('sha256').update(of).digest('base64url')

/** A DPoP session as it is most: bound to a key, of a workload that is client, holder and peer. */
const usual = sessionRecord('usual', {
  handle: { kind: 'session', sealed: randomBytes(36).toString('base64url') },
  issuer: 'https://login.example.com/realm',
  subject: 'f:1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901:service-acct',
  client: SPIFFE_ID,
  holder: SPIFFE_ID,
  audience: ['https://payments.example.com'],
  held: ['dpop', 'workload'],
  keyThumbprint: thumbprint('key'),
  firstSeenMs: LEDGER_NOW_MS,
  lastSeenMs: LEDGER_NOW_MS + 540_123,
  lastAllowedMs: LEDGER_NOW_MS + 540_123,
  uses: 12_345,
  senders: [
    senderTally({
      peer: SPIFFE_ID,
      certificate: thumbprint('certificate'),
      address: '10.12.34.56',
      count: 12_345,
      lastMs: LEDGER_NOW_MS + 540_123,
      agent: 'q83vEjRW',
    }),
  ],
  routes: [
    { route: 'payments', count: 12_000, lastMs: LEDGER_NOW_MS + 540_123 },
    { route: 'refunds', count: 345, lastMs: LEDGER_NOW_MS + 530_000 },
  ],
  verdicts: { ok: 12_345 },
  nonceHeadMs: LEDGER_NOW_MS + 500_000,
})

describe('a record as text', () => {
  it('a usual session takes 400 octets at most', () => {
    const text = encodeSession(usual)
    expect(Buffer.from(text, 'latin1').length).toBeLessThanOrEqual(400)
    expect(decodeSession(usual.id, text)).toEqual(usual)
  })

  it('holds octets only: one character each', () => {
    const text = encodeSession({ ...usual, subject: 'ключ 🔑' })
    expect(Buffer.from(text, 'latin1').toString('latin1')).toBe(text)
    expect(decodeSession(usual.id, text)?.subject).toBe('ключ 🔑')
  })

  it('is read as it was written, whatever the record', () => {
    fc.assert(
      fc.property(anyRecord(FULL), (record) => {
        expect(decodeSession(record.id, encodeSession(record))).toEqual(record)
      }),
      { numRuns: 200 },
    )
  })

  it('the same after it was merged', () => {
    fc.assert(
      fc.property(anyRecord(FULL), anyRecord(FULL), (one, other) => {
        const record = mergeRecords(one, other)
        expect(decodeSession(record.id, encodeSession(record))).toEqual(record)
      }),
    )
  })

  it('numbers that are no whole ones are cut to such, and it can still be read', () => {
    const text = encodeSession({ ...usual, expiresAtSeconds: 1e300, issuedAtSeconds: 1.5, uses: Number.NaN })
    expect(decodeSession(usual.id, text)).toMatchObject({ issuedAtSeconds: 1, uses: 0 })
  })
})

describe('a text that is no record', () => {
  const text = encodeSession(mergeRecords(usual, { ...usual, incidents: [nameOf('incident')], incidentCount: 1 }))

  it('cut short anywhere: undefined', () => {
    for (let length = 0; length < text.length; length++) {
      expect([length, decodeSession(usual.id, text.slice(0, length))]).toEqual([length, undefined])
    }
  })

  it('with anything after it: undefined', () => {
    expect(decodeSession(usual.id, `${text}\0`)).toBeUndefined()
    expect(decodeSession(usual.id, text + text)).toBeUndefined()
  })

  it('of another format: undefined', () => {
    expect(decodeSession(usual.id, `\x04${text.slice(1)}`)).toBeUndefined()
    expect(decodeSession(usual.id, '{"id":"x"}')).toBeUndefined()
  })

  it('with a character that is no octet: undefined', () => {
    // Its lower half is the character that stood there.
    const wide = String.fromCharCode(0x100 + text.charCodeAt(5))
    expect(decodeSession(usual.id, text.slice(0, 5) + wide + text.slice(6))).toBeUndefined()
  })

  it('an unknown reason: undefined', () => {
    const refused = encodeSession({ ...usual, verdicts: { revoked: 1 } })
    const forged = refused.replace('revoked', 'revoket')
    expect(forged).not.toBe(refused)
    expect(decodeSession(usual.id, forged)).toBeUndefined()
  })

  it('bytes changed or made up: never a crash, and what can be read can be written again', () => {
    const changed = fc
      .tuple(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }))
      .map(([at, octet]) => text.slice(0, at) + String.fromCharCode(octet) + text.slice(at + 1))
    const madeUp = fc.uint8Array({ maxLength: 300 }).map((octets) => `\x02${Buffer.from(octets).toString('latin1')}`)
    fc.assert(
      fc.property(fc.oneof(changed, madeUp, fc.string({ unit: 'binary-ascii' })), (some) => {
        const record = decodeSession(usual.id, some)
        if (record !== undefined) expect(decodeSession(usual.id, encodeSession(record))).toEqual(record)
      }),
      { numRuns: 1_000 },
    )
  })
})
