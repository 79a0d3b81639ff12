import { describe, expect, it } from 'vitest'
import { combineRevocationLists } from '../../../../src/check/revocation/combined-list.ts'
import type { RevocationList, RevocationOutcome } from '../../../../src/check/revocation/revocation.ts'
import { NOW, QUERY } from '../../../contract/revocation-list-cases.ts'

const list = (outcome: RevocationOutcome): RevocationList => ({ find: () => outcome })
const CLEAR = list({ kind: 'clear' })
const STALE = list({ kind: 'stale', detail: 'old' })
const REVOKED = list({ kind: 'revoked', revocation: { id: 'rv-1', kind: 'session' } as never })

describe('several lists as one', () => {
  it.each<[string, RevocationList[], RevocationOutcome['kind']]>([
    ['none', [], 'clear'],
    ['clear', [CLEAR], 'clear'],
    ['clear and clear', [CLEAR, CLEAR], 'clear'],
    ['clear and revoked', [CLEAR, REVOKED], 'revoked'],
    ['revoked and clear', [REVOKED, CLEAR], 'revoked'],
    ['stale and clear', [STALE, CLEAR], 'stale'],
    ['clear and stale', [CLEAR, STALE], 'stale'],
    ['stale and revoked', [STALE, REVOKED], 'revoked'],
    ['revoked and stale', [REVOKED, STALE], 'revoked'],
  ])('%s', (_name, lists, kind) => {
    expect(combineRevocationLists(lists).find(QUERY, NOW).kind).toBe(kind)
  })

  it('asks about the same request at the same time', () => {
    const asked: unknown[] = []
    const asking: RevocationList = {
      find(query, now) {
        asked.push([query, now])
        return { kind: 'clear' }
      },
    }
    combineRevocationLists([asking, asking]).find(QUERY, NOW)
    expect(asked).toEqual([
      [QUERY, NOW],
      [QUERY, NOW],
    ])
  })
})
