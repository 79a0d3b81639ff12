import { describe, expect, it } from 'vitest'
import { makeNonces } from '../../../../src/check/proof/nonce.ts'

const EPOCH = 'epoch-1'
const HOLDER = Buffer.from('a1b2c3', 'hex')

const SECRET = Buffer.alloc(32, 1)
const NEXT_SECRET = Buffer.alloc(32, 2)
const KEY = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
/** The start of a period of 60 s. */
const START = 1_800_000_000_000
const PERIOD = 60_000

const make = (changes: Partial<Parameters<typeof makeNonces>[0]> = {}) =>
  makeNonces({ secrets: [SECRET], periodSeconds: 60, scope: 'default', ...changes })
const nonces = make()

describe('issue and check', () => {
  it('A33 valid for its key, with its mint time', () => {
    const nonce = nonces.issue(KEY, EPOCH, HOLDER, START + 1234)
    expect(nonces.check(nonce, KEY, EPOCH, START + 1234)).toEqual({
      kind: 'valid',
      mintedAtMs: START + 1234,
      handedTo: HOLDER,
      isNextDue: true,
    })
  })

  it('A33 only NQCHAR, one length, 10,000 are distinct', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 10_000; i++) seen.add(nonces.issue(KEY, EPOCH, HOLDER, START + i))
    expect(seen.size).toBe(10_000)
    for (const nonce of seen) expect(nonce).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('A33 nothing of the MAC follows from the nonce of the millisecond before', () => {
    const macs = Array.from({ length: 200 }, (_, i) =>
      Buffer.from(nonces.issue(KEY, EPOCH, HOLDER, START + i), 'base64url').subarray(10),
    )
    let ones = 0
    for (const mac of macs) for (const octet of mac) ones += octet.toString(2).replaceAll('0', '').length
    expect(ones / (200 * 14 * 8)).toBeGreaterThan(0.48)
    expect(ones / (200 * 14 * 8)).toBeLessThan(0.52)
  })

  it('A35 several requests may use one nonce', () => {
    const nonce = nonces.issue(KEY, EPOCH, HOLDER, START)
    for (let i = 0; i < 3; i++) expect(nonces.check(nonce, KEY, EPOCH, START + i).kind).toBe('valid')
  })

  it.each([
    ['in its period', START + 59_000, START + PERIOD - 1, 'valid'],
    ['in the next', START, START + 2 * PERIOD - 1, 'valid'],
    ['in the one after', START, START + 2 * PERIOD, 'stale'],
    ['late in its period, in the one after the next', START + PERIOD - 1, START + 2 * PERIOD, 'stale'],
    ['a year on', START, START + 365 * 86_400_000, 'stale'],
    ['from the clock of a replica 5 s ahead', START + 5_000, START, 'valid'],
    ['from a replica ahead, over the edge of a period', START + PERIOD + 3_000, START + PERIOD - 2_000, 'valid'],
    ['from further ahead', START + 5_001, START, 'invalid'],
  ])('A35 A36 %s', (_, mintedAtMs, nowMs, kind) => {
    expect(nonces.check(nonces.issue(KEY, EPOCH, HOLDER, mintedAtMs), KEY, EPOCH, nowMs).kind).toBe(kind)
  })

  it('A16 fractions of a millisecond do not matter', () => {
    expect(nonces.check(nonces.issue(KEY, EPOCH, HOLDER, START + 0.5), KEY, EPOCH, START + 0.7)).toMatchObject({
      kind: 'valid',
      mintedAtMs: START,
    })
  })
})

describe('to whom it was handed', () => {
  const other = Buffer.from('a1b2c4', 'hex')

  it('A33 it tells its holder, and counts whoever brings it', () => {
    const nonce = nonces.issue(KEY, EPOCH, other, START)
    expect(nonce).not.toBe(nonces.issue(KEY, EPOCH, HOLDER, START))
    expect(nonces.check(nonce, KEY, EPOCH, START)).toMatchObject({ kind: 'valid', handedTo: other })
  })

  it('A33 one that is too old still tells it', () => {
    const nonce = nonces.issue(KEY, EPOCH, other, START)
    expect(nonces.check(nonce, KEY, EPOCH, START + 5 * PERIOD)).toMatchObject({
      kind: 'stale',
      mintedAtMs: START,
      handedTo: other,
    })
  })

  it.each([
    ['the first of a chain', false, 0, true],
    ['a next one, young', true, PERIOD / 4 - 1, false],
    ['a next one, half a period old', true, PERIOD / 2, true],
    ['a next one from a clock ahead', true, -3000, false],
  ])('A35 whether the next is due: %s', (_, isNext, ageMs, isNextDue) => {
    const nonce = nonces.issue(KEY, EPOCH, HOLDER, START, isNext)
    expect(nonces.check(nonce, KEY, EPOCH, START + ageMs)).toMatchObject({ kind: 'valid', isNextDue })
  })

  it('A35 in between it is drawn, and the same for each that looks at it', () => {
    const dueAfterMs = Array.from({ length: 300 }, (_, i) => {
      const nonce = nonces.issue(KEY, EPOCH, HOLDER, START + i, true)
      const isDue = (ms: number): boolean =>
        (nonces.check(nonce, KEY, EPOCH, START + i + ms) as { isNextDue: boolean }).isNextDue
      const half = (from: number, to: number): number => {
        const middle = Math.floor((from + to) / 2)
        return middle === from ? to : isDue(middle) ? half(from, middle) : half(middle, to)
      }
      return half(0, PERIOD)
    })
    expect(Math.min(...dueAfterMs)).toBeGreaterThanOrEqual(PERIOD / 4)
    expect(Math.max(...dueAfterMs)).toBeLessThanOrEqual(PERIOD / 2)
    expect(new Set(dueAfterMs).size).toBeGreaterThan(100)
  })

  it('A36 one of the form before (version 1) is invalid', () => {
    const old = Buffer.from(nonces.issue(KEY, EPOCH, HOLDER, START), 'base64url')
    old[0] = 1
    expect(nonces.check(old.toString('base64url'), KEY, EPOCH, START).kind).toBe('invalid')
  })
})

describe('what is not ours', () => {
  const nonce = nonces.issue(KEY, EPOCH, HOLDER, START)
  const octets = Buffer.from(nonce, 'base64url')

  it.each([
    ['empty', ''],
    ['another server’s', 'eyJ7S_zG.eyJH0-Z.HX4w-7v'],
    ['cut', nonce.slice(0, -1)],
    ['longer', `${nonce}A`],
    ['one of ours with octets behind', `${nonce}AAAA`],
    ['one of ours without its last octets', nonce.slice(0, 28)],
    ['padded', `${nonce.slice(0, -1)}=`],
    ['a quote', `${nonce.slice(0, -1)}"`],
    ['no ASCII', `${nonce.slice(0, -1)}é`],
    ['zeros', 'A'.repeat(32)],
    ['long', 'A'.repeat(100_000)],
  ])('A33 %s is invalid', (_, text) => {
    expect(nonces.check(text, KEY, EPOCH, START).kind).toBe('invalid')
  })

  it('A33 A36 any bit flipped, that of version, mint time and holder too, is invalid', () => {
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const forged = Buffer.from(octets)
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(nonces.check(forged.toString('base64url'), KEY, EPOCH, START).kind).toBe('invalid')
    }
  })

  it('A33 of another key, scope or secret is invalid, old or new', () => {
    for (const nowMs of [START, START + 10 * PERIOD]) {
      expect(nonces.check(nonce, 'another-key', EPOCH, nowMs).kind).toBe('invalid')
      expect(nonces.check(nonce, KEY, 'epoch-2', nowMs).kind).toBe('invalid')
      expect(make({ scope: 'sidecar' }).check(nonce, KEY, EPOCH, nowMs).kind).toBe('invalid')
      expect(make({ secrets: [NEXT_SECRET] }).check(nonce, KEY, EPOCH, nowMs).kind).toBe('invalid')
    }
  })
})

describe('replicas and rotation', () => {
  it('A34 A35 a second replica with the secret knows it', () => {
    expect(make().check(nonces.issue(KEY, EPOCH, HOLDER, START), KEY, EPOCH, START + PERIOD).kind).toBe('valid')
  })

  it('A35 A36 the first secret mints, all verify, a secret that is gone does not', () => {
    const before = nonces.issue(KEY, EPOCH, HOLDER, START)
    const rotating = make({ secrets: [NEXT_SECRET, SECRET] })
    const after = make({ secrets: [NEXT_SECRET] })
    expect(rotating.check(before, KEY, EPOCH, START).kind).toBe('valid')
    expect(after.check(before, KEY, EPOCH, START).kind).toBe('invalid')
    expect(after.check(rotating.issue(KEY, EPOCH, HOLDER, START), KEY, EPOCH, START).kind).toBe('valid')
    expect(
      make({ secrets: [SECRET, NEXT_SECRET] }).check(after.issue(KEY, EPOCH, HOLDER, START), KEY, EPOCH, START).kind,
    ).toBe('valid')
  })

  it('A36 forged mint times neither fill the memory nor change what is valid', () => {
    const busy = make()
    const kept = busy.issue(KEY, EPOCH, HOLDER, START)
    for (let i = 0; i < 1000; i++) {
      const forged = Buffer.from(kept, 'base64url')
      forged.writeUIntBE(START - i * PERIOD * 100, 1, 6)
      expect(busy.check(forged.toString('base64url'), KEY, EPOCH, START).kind).toBe(i === 0 ? 'valid' : 'invalid')
    }
    expect(busy.check(kept, KEY, EPOCH, START + PERIOD).kind).toBe('valid')
  })

  it('A36 goes on over many periods, and when the clock steps back', () => {
    const long = make()
    for (let i = 0; i < 20; i++) {
      const at = START + i * PERIOD
      expect(long.check(long.issue(KEY, EPOCH, HOLDER, at), KEY, EPOCH, at + PERIOD).kind).toBe('valid')
    }
    expect(long.check(long.issue(KEY, EPOCH, HOLDER, START), KEY, EPOCH, START).kind).toBe('valid')
  })
})
