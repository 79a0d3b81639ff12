import { describe, expect, it } from 'vitest'
import { makeMemoryReplayStore } from '../../../../src/adapters/memory/memory-replay-store.ts'
import { noFindings } from '../../../../src/check/decide.ts'
import type { Findings } from '../../../../src/check/decision.ts'
import { makeNonces } from '../../../../src/check/proof/nonce.ts'
import { checkReplay } from '../../../../src/check/replay/check-replay.ts'
import { senderHash } from '../../../../src/check/replay/replay-key.ts'
import type { Mark, MarkOutcome } from '../../../../src/check/replay/replay-store.ts'
import { routePlan } from '../../../support/check-world.ts'
import { factsOf, honest } from '../../../support/request.ts'

const NOW_MS = 1_800_000_000_000
const proof = { thumbprint: 'thumb', jti: 'jti', iatSeconds: 1_800_000_000.5, nonce: undefined, ageSeconds: 0 }
const nonces = makeNonces({ secrets: [Buffer.alloc(32)], periodSeconds: 60, scope: 's' })

function marking(outcome: MarkOutcome, findings: Partial<Findings> = {}, nonce?: string) {
  const marks: Mark[] = []
  const replay = {
    markFirstUse(mark: Mark) {
      marks.push(mark)
      return outcome
    },
    fence: () => ({ proofsUntilMs: 0, noncesUntilMs: 0, epoch: 'e' }),
    disown: (_: string, nowMs: number) => nowMs,
  }
  const standIn = makeMemoryReplayStore(1, 0)
  const clock = { nowMs: () => NOW_MS }
  const found: Findings = { ...noFindings(NOW_MS), route: routePlan(), ...findings }
  const result = checkReplay({ ...proof, nonce }, factsOf(honest()), found, 'decision', {
    replay,
    standIn,
    clock,
    nonces,
    scope: 's',
  })
  return { marks, found, result }
}

describe('marking a proof', () => {
  it('A18 the mark outlives iat, window and skew, counted from iat, by a second, in whole milliseconds', async () => {
    const { marks, result } = marking({ kind: 'first' })
    expect(await result).toBeUndefined()
    expect(marks).toHaveLength(1)
    expect(marks[0]).toMatchObject({
      expiresAtMs: NOW_MS + 500 + (60 + 5 + 1) * 1000,
      nowMs: NOW_MS,
      decisionId: 'decision',
    })
  })

  it('the sender is the workload, else the certificate, beside the address', async () => {
    const peer = {
      spiffeId: 'spiffe://td/a',
      certificateThumbprint: 'c',
      certificateNotBeforeSeconds: undefined,
      certificateIssuerSerial: undefined,
    }
    const named = marking({ kind: 'first' }, { peer }).marks[0]
    const unnamed = marking({ kind: 'first' }, { peer: { ...peer, spiffeId: undefined } }).marks[0]
    expect(named?.sender).toEqual(senderHash('spiffe://td/a', '10.0.0.1'))
    expect(unnamed?.sender).toEqual(senderHash('c', '10.0.0.1'))
  })

  it.each([
    [undefined, 'nonce_required'],
    ['old', 'nonce_stale'],
  ])('a memory lost just now, nonce %s: %s, with a nonce of the new epoch', async (nonce, reason) => {
    const { result, found } = marking({ kind: 'fenced' }, {}, nonce)
    expect((await result)?.reason).toBe(reason)
    expect(nonces.check(found.nonce ?? '', 'thumb', 'e', NOW_MS).kind).toBe('valid')
  })

  it('unavailable with onStoreOutage deny is refused', async () => {
    const { result, found } = marking({ kind: 'unavailable', detail: 'x' })
    expect(await result).toEqual({ reason: 'replay_store_unavailable', detail: 'x' })
    expect(found.degraded).toEqual([])
  })

  it('without a route nothing is marked', async () => {
    const { result, marks } = marking({ kind: 'first' }, { route: undefined })
    expect((await result)?.reason).toBe('internal_error')
    expect(marks).toEqual([])
  })
})
