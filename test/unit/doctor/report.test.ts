import { describe, expect, it } from 'vitest'
import { at, failed, good, unreachable, warning } from '../../../src/doctor/finding.ts'
import { reportJson, reportText } from '../../../src/doctor/report.ts'

const FINDINGS = [
  at('issuer-keys', 'https://as.example', unreachable('ECONNREFUSED', 'see it')),
  at('store-role', 'a:1', good('master')),
  at('config-valid', undefined, good('1 route')),
  at('store-role', 'b:2', failed('a replica', 'one\ntwo')),
]

describe('the report for people', () => {
  it('is grouped by area in a fixed order, aligned, with why and mend below what is not ok', () => {
    expect(reportText(FINDINGS)).toBe(
      [
        'configuration',
        '  ok      config-valid  1 route',
        '',
        'store',
        '  ok      store-role    a:1: master',
        '  failed  store-role    b:2: a replica',
        '                        why:  a replica takes no marks',
        '                        mend: one',
        '                              two',
        '',
        'issuers',
        '  failed  issuer-keys   https://as.example: ECONNREFUSED',
        '                        why:  without a key of the issuer none of its tokens pass',
        '                        mend: see it',
        '',
        '2 ok, 0 warnings, 2 failed, 0 unknown',
        '',
      ].join('\n'),
    )
  })

  it('a name that somebody else chose writes no lines and no colours', () => {
    const text = reportText([
      at('list-replicas', 'web\n  ok      store-role  a:1\u001b[2J', warning('silent', 'mend\r')),
    ])
    expect(text.split('\n')).toHaveLength(7)
    for (const control of ['\r', '\u001b']) expect(text).not.toContain(control)
  })
})

describe('the report for scripts', () => {
  it('has every member of every finding', () => {
    expect(reportJson(FINDINGS)).toEqual({
      ok: false,
      counts: { ok: 2, warning: 0, failed: 2, unknown: 0 },
      findings: expect.arrayContaining([
        {
          id: 'issuer-keys',
          area: 'issuers',
          status: 'failed',
          subject: 'https://as.example',
          seen: 'ECONNREFUSED',
          why: 'without a key of the issuer none of its tokens pass',
          mend: 'see it',
          unreachable: true,
        },
      ]),
    })
    expect(reportJson([at('store-role', undefined, good('master'))])).toMatchObject({
      ok: true,
      findings: [{ subject: null, mend: null }],
    })
  })
})
