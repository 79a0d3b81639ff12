import { describe, expect, it } from 'vitest'
import { readHolder } from '../../../../src/check/token/holder.ts'

const CLAIM = { kind: 'claim', claim: 'client_id' } as const
const KUBERNETES = { kind: 'kubernetes', trustDomain: 'cluster.local' } as const

describe('holder by claim', () => {
  const cases: [string, object, string | undefined][] = [
    ['a SPIFFE ID', { client_id: 'spiffe://td/a/b' }, 'spiffe://td/a/b'],
    ['no SPIFFE ID', { client_id: 'client-1' }, undefined],
    ['a SPIFFE ID in capitals', { client_id: 'SPIFFE://td/a' }, undefined],
    ['a SPIFFE ID with a dot segment', { client_id: 'spiffe://td/a/../b' }, undefined],
    ['a SPIFFE ID with white space', { client_id: ' spiffe://td/a' }, undefined],
    ['a list', { client_id: ['spiffe://td/a'] }, undefined],
    ['absent', {}, undefined],
    ['in another claim', { sub: 'spiffe://td/a' }, undefined],
  ]
  for (const [title, payload, expected] of cases) {
    it(`C11 ${title}: ${expected}`, () => {
      expect(readHolder({ ...payload }, CLAIM)).toBe(expected)
    })
  }

  it('C11 never reads a claim from the prototype', () => {
    expect(readHolder({}, { kind: 'claim', claim: '__proto__' })).toBeUndefined()
  })
})

describe('holder by Kubernetes service account', () => {
  const label = 'a'.repeat(63)
  const cases: [string, unknown, string | undefined][] = [
    ['an account', 'system:serviceaccount:payments:api', 'spiffe://cluster.local/ns/payments/sa/api'],
    ['an account with a dot', 'system:serviceaccount:payments:api.v1', 'spiffe://cluster.local/ns/payments/sa/api.v1'],
    ['a long namespace', `system:serviceaccount:${label}:api`, `spiffe://cluster.local/ns/${label}/sa/api`],
    ['a namespace too long', `system:serviceaccount:${label}a:api`, undefined],
    ['an account too long', `system:serviceaccount:ns:${'a'.repeat(254)}`, undefined],
    ['a third colon', 'system:serviceaccount:ns:sa:x', undefined],
    ['no account', 'system:serviceaccount:ns', undefined],
    ['an empty account', 'system:serviceaccount:ns:', undefined],
    ['an empty namespace', 'system:serviceaccount::sa', undefined],
    ['a slash in the namespace', 'system:serviceaccount:ns/sa/admin:x', undefined],
    ['a slash in the account', 'system:serviceaccount:ns:x/../../ns/kube-system/sa/admin', undefined],
    ['a dot in the namespace', 'system:serviceaccount:n.s:sa', undefined],
    ['two dots', 'system:serviceaccount:ns:..', undefined],
    ['capitals', 'system:serviceaccount:ns:SA', undefined],
    ['an underscore', 'system:serviceaccount:ns:s_a', undefined],
    ['a hyphen at the start', 'system:serviceaccount:ns:-sa', undefined],
    ['a hyphen at the end', 'system:serviceaccount:ns-:sa', undefined],
    ['a newline', 'system:serviceaccount:ns:sa\n', undefined],
    ['a percent sign', 'system:serviceaccount:ns:%2e', undefined],
    ['another prefix', 'system:node:ns:sa', undefined],
    ['a SPIFFE ID', 'spiffe://cluster.local/ns/a/sa/b', undefined],
    ['a number', 7, undefined],
    ['absent', undefined, undefined],
  ]
  for (const [title, sub, expected] of cases) {
    it(`C11 ${title}: ${expected}`, () => {
      expect(readHolder({ sub }, KUBERNETES)).toBe(expected)
    })
  }
})
