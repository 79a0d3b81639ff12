import { describe, expect, it } from 'vitest'
import {
  judgeCertificates,
  judgeKeys,
  judgeNonceSecret,
  judgePermissions,
  judgeValidity,
} from '../../../src/doctor/judge-files.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_800_000_000_000
const cert = (fromDays: number, toDays: number) => ({
  name: 'CN=a',
  notBeforeMs: NOW_MS + fromDays * DAY_MS,
  notAfterMs: NOW_MS + toDays * DAY_MS,
})

describe('judgeValidity', () => {
  it.each([
    ['long to go', cert(-10, 80), 'ok'],
    ['15 days left of a year', cert(-350, 15), 'ok'],
    ['13 days left of a year', cert(-352, 13), 'warning'],
    ['expired a day ago', cert(-90, -1), 'failed'],
    ['not good before tomorrow', cert(1, 90), 'failed'],
    ['an SVID of an hour, new', cert(-1 / 48, 1 / 48), 'ok'],
    ['an SVID of an hour in its last minutes', cert(-55 / 1440, 5 / 1440), 'warning'],
  ] as const)('%s: %s', (_, certificate, status) => {
    expect(judgeValidity(certificate, NOW_MS).status).toBe(status)
  })

  it('says how long there is', () => {
    expect(judgeValidity(cert(-352, 13), NOW_MS).seen).toContain('in 13 days')
    expect(judgeValidity(cert(-55 / 1440, 5 / 1440), NOW_MS).seen).toContain('in 5 minutes')
  })
})

describe('judgeCertificates', () => {
  const judged = (kind: 'chain' | 'authorities', ...certificates: ReturnType<typeof cert>[]) =>
    judgeCertificates([{ setting: 's', kind, certificates }], NOW_MS).map(({ status }) => status)

  it('a chain is as good as its worst, a bundle of authorities as long as one is good', () => {
    expect(judged('chain', cert(-1, 90), cert(-90, -1))).toEqual(['failed'])
    expect(judged('chain', cert(-1, 90), cert(-90, 90))).toEqual(['ok'])
    expect(judged('authorities', cert(-1, 90), cert(-90, -1))).toEqual(['warning'])
    expect(judged('authorities', cert(-90, -1), cert(-90, -2))).toEqual(['failed'])
  })

  it('no certificate, and no PEM, are failures', () => {
    expect(judged('chain')).toEqual(['failed'])
    const unread = judgeCertificates([{ setting: 's', kind: 'chain', certificates: undefined }], NOW_MS)
    expect(unread[0]?.status).toBe('failed')
  })
})

describe('judgePermissions', () => {
  it.each([
    ['a secret for its owner', true, 0o600, 'ok'],
    ['a secret for a group', true, 0o640, 'ok'],
    ['a secret for all', true, 0o644, 'warning'],
    ['no secret, for all', false, 0o644, 'ok'],
    ['no secret, written by all', false, 0o646, 'failed'],
    ['a secret written by all', true, 0o622, 'failed'],
    ['no file yet', false, undefined, 'ok'],
  ] as const)('%s: %s', (_, secret, mode, status) => {
    const [finding] = judgePermissions([{ setting: 's', path: '/s', secret, mode }])
    expect(finding?.status).toBe(status)
  })
})

describe('judgeNonceSecret', () => {
  it('one that repeats itself is not random', () => {
    expect(judgeNonceSecret({ bytes: 64, differentBytes: 7 }).status).toBe('failed')
    expect(judgeNonceSecret({ bytes: 64, differentBytes: 8 }).status).toBe('ok')
    expect(judgeNonceSecret(undefined).status).toBe('ok')
  })
})

describe('judgeKeys', () => {
  it('names what is not of the certificate', () => {
    const states = (['belongs', 'foreign', 'unreadable'] as const).map((state) => judgeKeys([{ setting: 'k', state }]))
    expect(states.map(([finding]) => finding?.status)).toEqual(['ok', 'failed', 'failed'])
    expect(judgeKeys([])).toEqual([])
  })
})
