import { describe, expect, it } from 'vitest'
import { REVOCATION_KINDS } from '../../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../../../src/check/revocation/revocation-index.ts'
import { NOW, QUERY, revocation } from '../../../contract/revocation-list-cases.ts'

describe('buildRevocationIndex', () => {
  it('counts entries by kind, none left out', () => {
    const { counts } = buildRevocationIndex(
      [revocation('key', 'a'), revocation('key', 'b'), revocation('issuer', 'c')],
      NOW,
    )
    expect([...counts.keys()]).toEqual([...REVOCATION_KINDS])
    expect(Object.fromEntries([...counts].filter(([, count]) => count > 0))).toEqual({ key: 2, issuer: 1 })
  })

  it('leaves out what has ended', () => {
    const entries = [
      revocation('subject', 'sub-1', { expiresAtSeconds: NOW }),
      revocation('subject', 'sub-2', { expiresAtSeconds: NOW + 1 }),
    ]
    expect(buildRevocationIndex(entries, NOW).counts.get('subject')).toBe(1)
  })

  it('a deep workload costs no more looks than the deepest prefix has segments', () => {
    const deep = `spiffe://td/${'a/'.repeat(900)}b`
    const index = buildRevocationIndex([revocation('workload', 'spiffe://td/a/*')], NOW)
    const started = performance.now()
    for (let i = 0; i < 1000; i++) index.find({ ...QUERY, workloads: [deep] }, NOW)
    expect(performance.now() - started).toBeLessThan(1000)
    expect(index.find({ ...QUERY, workloads: [deep] }, NOW).kind).toBe('revoked')
  })
})
