import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeNonces } from '../../src/check/proof/nonce.ts'

const EPOCH = 'epoch-1'
const HOLDER = Buffer.from('a1b2c3', 'hex')

const NOW = 1_800_000_000_000
const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((octets) => Buffer.from(octets))
const period = fc.integer({ min: 1, max: 3600 })
const name = fc.string({ unit: 'grapheme' })
/** Around the epoch of now, years in both directions. */
const moment = fc.integer({ min: NOW - 10 ** 11, max: NOW + 10 ** 11 })

describe('nonces', () => {
  it('A35 A36 good for one period at least and two at most, on any replica', () => {
    fc.assert(
      fc.property(
        secret,
        period,
        name,
        name,
        moment,
        fc.integer({ min: -10_000, max: 10_000_000 }),
        (one, periodSeconds, scope, key, mintedAtMs, later) => {
          const make = () => makeNonces({ secrets: [one], periodSeconds, scope })
          const verdict = make().check(make().issue(key, EPOCH, HOLDER, mintedAtMs), key, EPOCH, mintedAtMs + later)
          if (later < -5000) expect(verdict.kind).toBe('invalid')
          else if (later <= periodSeconds * 1000)
            expect(verdict).toMatchObject({ kind: 'valid', mintedAtMs, handedTo: HOLDER })
          else if (later >= 2 * periodSeconds * 1000) expect(verdict.kind).toBe('stale')
          else expect(['valid', 'stale']).toContain(verdict.kind)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('A33 of another key or scope is never valid nor stale', () => {
    fc.assert(
      fc.property(secret, name, name, name, name, (one, scope, otherScope, key, otherKey) => {
        fc.pre(scope !== otherScope || key !== otherKey)
        const nonce = makeNonces({ secrets: [one], periodSeconds: 60, scope }).issue(key, EPOCH, HOLDER, NOW)
        const other = makeNonces({ secrets: [one], periodSeconds: 60, scope: otherScope })
        expect(other.check(nonce, otherKey, EPOCH, NOW).kind).toBe('invalid')
      }),
      { numRuns: 500 },
    )
  })

  it('A33 any text is invalid and never an exception', () => {
    const nonces = makeNonces({ secrets: [Buffer.alloc(32, 9)], periodSeconds: 60, scope: 'default' })
    const ours = fc
      .uint8Array({ minLength: 24, maxLength: 24 })
      .map((octets) => Buffer.from(octets).toString('base64url'))
    const versioned = fc
      .uint8Array({ minLength: 23, maxLength: 23 })
      .map((octets) =>
        Buffer.concat([Buffer.from([(octets[0] as number) % 2 === 0 ? 2 : 3, 1]), octets.subarray(1)]).toString(
          'base64url',
        ),
      )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), ours, versioned), (text) => {
        expect(nonces.check(text, 'key', EPOCH, NOW).kind).toBe('invalid')
      }),
      { numRuns: 1000 },
    )
  })
})
