import { describe, expect, it } from 'vitest'
import { makeLoginLimit } from '../../../src/admin/login-limit.ts'

function failTimes(limit: ReturnType<typeof makeLoginLimit>, address: string, times: number, nowMs = 0): void {
  for (let count = 0; count < times; count += 1) limit.failed(address, nowMs)
}

describe('the limit of failed logins', () => {
  it('lets an address fail ten times, then not try until the minute is over', () => {
    const limit = makeLoginLimit()
    failTimes(limit, '192.0.2.1', 9)
    expect(limit.mayTry('192.0.2.1', 0)).toBe(true)
    limit.failed('192.0.2.1', 0)
    expect(limit.mayTry('192.0.2.1', 59_999)).toBe(false)
    expect(limit.mayTry('192.0.2.1', 60_000)).toBe(true)
  })

  it('shuts out whoever guesses, and nobody else', () => {
    const limit = makeLoginLimit()
    failTimes(limit, '192.0.2.1', 10)
    expect(limit.mayTry('192.0.2.2', 0)).toBe(true)
  })

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', false],
    ['2001:db8::1', '2001:db8:0:0:5::1', false],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', true],
  ])('counts a /64 as one: %s and %s', (one, other, may) => {
    const limit = makeLoginLimit()
    failTimes(limit, one, 10)
    expect(limit.mayTry(other, 0)).toBe(may)
  })

  it('forgets first what failed longest ago, and holds a thousand at most', () => {
    const limit = makeLoginLimit()
    failTimes(limit, 'first', 10)
    failTimes(limit, 'second', 10)
    for (let count = 0; count < 999; count += 1) limit.failed(`address-${count}`, 1)
    expect([limit.mayTry('first', 2), limit.mayTry('second', 2)]).toEqual([true, false])
  })
})
