import { describe, expect, it } from 'vitest'
import type { RevocationKind } from '../../../../src/check/revocation/revocation.ts'
import {
  buildRevocationIndex,
  makeRevocationIndex,
  type RevocationIndex,
} from '../../../../src/check/revocation/revocation-index.ts'
import { BARE_QUERY, CASES, IAT, NOW, QUERY, revocation } from '../../../contract/revocation-list-cases.ts'

const size = (index: RevocationIndex) => [...index.counts.values()].reduce((sum, count) => sum + count, 0)
const session = (i: number, changes = {}) => revocation('session', `sid-${i}`, { id: `rv-${i}`, ...changes })
const LONG_AFTER_SECONDS = 10_000

describe('a revocation index that changes', () => {
  it.each(CASES.filter(({ hits }) => hits))('E $name: is clear again once taken back', ({ entry, query }) => {
    const index = buildRevocationIndex([entry], NOW - 1000)
    index.remove('another')
    expect(index.find(query, NOW).kind).toBe('revoked')
    index.remove(entry.id)
    expect(index.find(query, NOW)).toEqual({ kind: 'clear' })
    expect(size(index)).toBe(0)
    index.add(entry, NOW - 1000)
    expect(index.find(query, NOW)).toEqual({ kind: 'revoked', revocation: { id: entry.id, kind: entry.kind } })
  })

  it('the same entry again changes nothing', () => {
    const index = makeRevocationIndex()
    for (let i = 0; i < 3; i++) index.add(session(1), NOW)
    expect(index.counts.get('session')).toBe(1)
    index.remove('rv-1')
    index.remove('rv-1')
    expect(size(index)).toBe(0)
  })

  it('knows what stands under an id', () => {
    const index = makeRevocationIndex()
    for (let i = 0; i < 100; i++) index.add(session(i), NOW)
    index.add(session(100, { expiresAtSeconds: NOW }), NOW)
    expect([index.has('rv-0'), index.has('rv-99'), index.has('rv-100'), index.has('rv')]).toEqual([
      true,
      true,
      false,
      false,
    ])
    index.remove('rv-99')
    expect([index.has('rv-98'), index.has('rv-99')]).toEqual([true, false])
  })

  it('an id that comes again with other contents stands for both until it is removed', () => {
    const index = makeRevocationIndex()
    index.add(session(1, { id: 'rv' }), NOW)
    index.add(revocation('subject', 'sub-1', { id: 'rv' }), NOW)
    expect(index.find({ ...QUERY, subject: undefined }, NOW).kind).toBe('revoked')
    expect(index.find({ ...QUERY, sessionId: undefined }, NOW).kind).toBe('revoked')
    index.remove('rv')
    expect(index.find(QUERY, NOW).kind).toBe('clear')
    expect(size(index)).toBe(0)
  })

  it('takes back the strongest of a value and leaves the others in force', () => {
    const strong = session(1, { id: 'strong' })
    const weak = session(1, { id: 'weak', issuedBeforeSeconds: IAT })
    const weaker = session(1, { id: 'weaker', issuedBeforeSeconds: IAT - 10 })
    for (const entries of [
      [strong, weak, weaker],
      [weaker, weak, strong],
      [weak, strong, weaker],
    ]) {
      const index = buildRevocationIndex(entries, NOW)
      index.remove('strong')
      expect(index.find(QUERY, NOW)).toEqual({ kind: 'revoked', revocation: { id: 'weak', kind: 'session' } })
      index.remove('weak')
      expect(index.find(QUERY, NOW).kind).toBe('clear')
      expect(index.find({ ...QUERY, issuedAtSeconds: IAT - 10 }, NOW).kind).toBe('revoked')
    }
  })

  it('a hundred thousand entries are each found, and gone once taken back', () => {
    const index = makeRevocationIndex()
    const count = 100_000
    for (let i = 0; i < count; i++) index.add(session(i), NOW)
    for (let i = 1; i < count; i += 2) index.remove(`rv-${i}`)
    const wrong = Array.from({ length: count }, (_, i) => i).filter((i) => {
      const revoked = index.find({ ...BARE_QUERY, sessionId: `sid-${i}` }, NOW).kind === 'revoked'
      return revoked !== (i % 2 === 0)
    })
    expect(wrong).toEqual([])
    expect(size(index)).toBe(count / 2)
  })

  it('what has ended goes by itself as requests are looked up, and the rest stays', () => {
    const index = buildRevocationIndex([], NOW)
    for (let i = 0; i < 1000; i++) index.add(session(i, { expiresAtSeconds: i % 10 === 0 ? undefined : NOW + 1 }), NOW)
    for (let i = 0; i < 1000; i++) index.find(BARE_QUERY, NOW + LONG_AFTER_SECONDS)
    expect(index.counts.get('session')).toBe(100)
    expect(index.find({ ...BARE_QUERY, sessionId: 'sid-10' }, NOW + LONG_AFTER_SECONDS).kind).toBe('revoked')
  })

  it('a clock that is set back finds again what had ended', () => {
    const index = buildRevocationIndex([session(1, { expiresAtSeconds: NOW + 10 })], NOW)
    for (let i = 0; i < 100; i++) expect(index.find(QUERY, NOW + 300).kind).toBe('clear')
    expect(index.find(QUERY, NOW).kind).toBe('revoked')
  })

  it('does not grow where as much ends as comes', () => {
    const index = makeRevocationIndex()
    let largest = 0
    for (let i = 0; i < 50_000; i++) {
      index.add(session(i, { expiresAtSeconds: NOW + i + 100 }), NOW + i)
      largest = Math.max(largest, index.counts.get('session') ?? 0)
    }
    // 100 in force, 600 kept a while after their end, and what the sweep has not come to yet.
    expect(largest).toBeLessThan(1500)
  })

  it.each(['client', 'workload'] satisfies RevocationKind[])('%s: many entries for one value are no burden', (kind) => {
    const index = makeRevocationIndex()
    const value = kind === 'client' ? 'client-1' : 'spiffe://example.org/ns/*'
    const count = 20_000
    for (let i = 0; i < count; i++) {
      const issuedBeforeSeconds = IAT - 1_000_000 + ((i * 7919) % count)
      index.add(revocation(kind, value, { id: `rv-${i}`, issuedBeforeSeconds, expiresAtSeconds: NOW + 10 }), NOW)
    }
    const started = performance.now()
    for (let i = 0; i < 10_000; i++) index.find({ ...QUERY, certificateNotBeforeSeconds: NOW }, NOW)
    for (let i = 0; i < 2 * count; i++) index.find(QUERY, NOW + LONG_AFTER_SECONDS)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(size(index)).toBe(0)
  })
})
