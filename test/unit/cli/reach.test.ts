import { describe, expect, it } from 'vitest'
import type { Reach } from '../../../src/check/revocation/revocation.ts'
import { REVOCATION_KINDS } from '../../../src/check/revocation/revocation.ts'
import { faultOfShare, isBroad, isOneSession, judgeReach } from '../../../src/cli/reach.ts'

const SUBJECT = { kind: 'subject', value: 'ada' } as const
const ISSUER = { kind: 'issuer', value: 'https://as.example.com' } as const

/** As "matched/live", or "matched/live/watchedSeconds"; what is no such thing is silent. */
function heard(...replicas: string[]) {
  const answers = new Map<string, Reach>()
  const silent: string[] = []
  for (const [i, text] of replicas.entries()) {
    const [matched = 0, live = 0, watchedSeconds = 3600] = text.split('/').map(Number)
    if (Number.isNaN(matched)) silent.push(text)
    else answers.set(`web-${i + 1}`, { matched, live, watchedSeconds })
  }
  return { answers, silent }
}

describe('a revocation needs --yes', () => {
  it.each<[string, string[], number, boolean]>([
    ['above the share', ['11/109'], 10, true],
    ['not at the share', ['11/110'], 10, false],
    ['also where a share is no exact binary fraction', ['70/1000'], 7, false],
    ['not for ten sessions, were they all', ['10/10'], 10, false],
    ['for eleven', ['11/11'], 10, true],
    ['at any share with 0', ['11/100000'], 0, true],
    ['at none with 100', ['1000/1000'], 100, false],
    ['for a share over all replicas', ['4/10', '4/10', '4/10'], 10, true],
    ['for few of many over all replicas', ['1/100', '12/100', '0/100'], 15, false],
    ['for many at one replica alone', ['50/100', '0/500', '0/500'], 10, true],
    ['not for the one session of a sidecar', ['1/1', '5/1000', '5/1000'], 10, false],
    ['not without any session', ['0/0'], 10, false],
  ])('%s', (_name, replicas, maxShare, needed) => {
    expect(judgeReach(SUBJECT, heard(...replicas), maxShare).doubt !== undefined).toBe(needed)
    expect(judgeReach(ISSUER, heard(...replicas), maxShare).doubt !== undefined).toBe(needed)
  })

  it.each<[string, string[]]>([
    ['nobody is there', []],
    ['nobody answers', ['silent']],
    ['some do not answer', ['0/500', 'silent']],
    ['some have served for less than a minute', ['0/500', '0/3/59']],
  ])('when %s: for what has no bound, else not', (_name, replicas) => {
    expect(judgeReach(ISSUER, heard(...replicas), 100).doubt).toBeDefined()
    expect(judgeReach(SUBJECT, heard(...replicas), 100).doubt).toBeUndefined()
  })

  it('when some do not answer and the others would lose too many: for all', () => {
    expect(judgeReach(SUBJECT, heard('20/20', 'silent'), 10).doubt).toBe(', more than 10 %')
  })
})

describe('what is said', () => {
  it.each<[string[], string]>([
    [['412/1030'], '412 of 1,030 live sessions (40 %, as 1 of 1 replicas see them)'],
    [['20/20', '20/20'], '40 of 40 live sessions (100 %, as 2 of 2 replicas see them)'],
    [['30/40', '0/160'], '30 of 200 live sessions (15 %, at one replica 75 %, as 2 of 2 replicas see them)'],
    [['1/90000'], '1 of 90,000 live sessions (under 0.1 %, as 1 of 1 replicas see them)'],
    [['25/1000'], '25 of 1,000 live sessions (2.5 %, as 1 of 1 replicas see them)'],
    [['0/7'], '0 of 7 live sessions (0 %, as 1 of 1 replicas see them)'],
    [['0/0'], '0 of 0 live sessions (as 1 of 1 replicas see them)'],
    [['0/7', 'a\u001b', 'b'], '0 of 7 live sessions (0 %, as 1 of 3 replicas see them, no answer from a?, b)'],
    [['0/7/5'], '0 of 7 live sessions (0 %, as 1 of 1 replicas see them, 1 of these for less than 60 s)'],
    [['a'], 'an unknown number of live sessions (no answer from a)'],
    [[...'abcdefg'], 'an unknown number of live sessions (no answer from a, b, c, d, e and 2 more)'],
    [[], 'an unknown number of live sessions (no replica answered)'],
  ])('%j: %s', (replicas, told) => expect(judgeReach(SUBJECT, heard(...replicas), 10).told).toBe(told))

  it('the figures for scripts are sums and shares', () => {
    expect(judgeReach(SUBJECT, heard('30/40', '0/160', 'x'), 10).figures).toEqual({
      ...{ matched: 30, live: 200, share: 0.15, largestShare: 0.75 },
      ...{ answered: ['web-1', 'web-2'], silent: ['x'] },
    })
  })
})

describe('kinds', () => {
  it('of one session, and without a bound', () => {
    const of = (one: (named: { kind: (typeof REVOCATION_KINDS)[number]; value: string }) => boolean) =>
      REVOCATION_KINDS.filter((kind) => one({ kind, value: 'spiffe://td/a' }))
    expect(of(isOneSession)).toEqual(['token', 'session'])
    expect(of(isBroad)).toEqual(['trust-domain', 'issuer'])
    expect(isBroad({ kind: 'workload', value: 'spiffe://td/*' })).toBe(true)
  })
})

describe('--max-share', () => {
  it.each(['0', '10', '2.5', '100', '0.001', undefined])('takes %s', (text) => {
    expect(faultOfShare(text)).toBeUndefined()
  })
  it.each(['', '-1', '101', '100.1', '1e1', '10%', ' 10', '.5', '1.', 'NaN', '0x10'])('refuses %j', (text) => {
    expect(faultOfShare(text)).toContain('--max-share')
  })
})
