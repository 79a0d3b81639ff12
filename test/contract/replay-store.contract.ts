/** What every replay memory promises (replay-store.ts), wherever it keeps its marks. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ReplayStore } from '../../src/check/replay/replay-store.ts'
import { freshProof, makeGate, roundTrips } from '../support/replay-gate.ts'
import { firsts, KEY_THUMBPRINT, kindOf, markOf } from '../support/replay-world.ts'

export interface StoreUnderContract {
  readonly store: ReplayStore
  /** When the store's own clock shows this; memories without one go by the time in the mark. */
  readonly at: (nowMs: number) => Promise<void>
  /** A mark is kept up to this much longer than it must be. */
  readonly surplusMs: number
}

/** Each test uses names of its own: `get` may give the same store to all. */
export function replayStoreContract(name: string, get: () => StoreUnderContract): void {
  const store = (): ReplayStore => get().store

  describe(`${name}, as every replay store`, () => {
    it('A17 a proof is first once, then replayed, with sender and time of the first', async () => {
      const first = markOf('once', { sender: Buffer.from('aabbccddeeff0011', 'hex') })
      expect(await store().markFirstUse(first)).toEqual({ kind: 'first' })
      for (const again of [markOf('once'), markOf('once', { sender: Buffer.alloc(8) })]) {
        const outcome = await store().markFirstUse(again)
        expect(outcome).toMatchObject({ kind: 'replayed', first: { sender: 'aabbccddeeff0011' } })
        const atMs = outcome.kind === 'replayed' ? outcome.first.atMs : 0
        expect(Math.abs(atMs - first.nowMs)).toBeLessThan(1000)
      }
    })

    it('A17 of fifty simultaneous copies exactly one is first', async () => {
      for (let round = 0; round < 5; round++) {
        const copies = Array.from({ length: 50 }, () => markOf(`copy-${round}`))
        expect(await firsts(store(), copies)).toBe(1)
      }
    })

    it('A17 different keys do not hinder each other', async () => {
      const marks = Array.from({ length: 300 }, (_, i) => markOf(`other-${i}`, { keyThumbprint: `key-${i}` }))
      expect(await firsts(store(), marks)).toBe(300)
      expect(
        await firsts(
          store(),
          marks.map((mark) => ({ ...mark, decisionId: markOf('').decisionId })),
        ),
      ).toBe(0)
    })

    it('A18 the mark outlives its moment, counted from iat, fractions rounded up', async () => {
      const { at } = get()
      const nowMs = Date.now() + 0.25
      const expiresAtMs = nowMs + 700.5
      expect(await kindOf(store(), markOf('life', { nowMs, expiresAtMs }))).toBe('first')
      await at(expiresAtMs - 50)
      expect(await kindOf(store(), markOf('life', { nowMs: expiresAtMs - 50, expiresAtMs }))).toBe('replayed')
    })

    it('A18 an expired mark is gone: memory is not eaten up', async () => {
      const { at, surplusMs } = get()
      const nowMs = Date.now()
      expect(await kindOf(store(), markOf('gone', { nowMs, expiresAtMs: nowMs + 100 }))).toBe('first')
      const laterMs = nowMs + 100 + surplusMs + 100
      await at(laterMs)
      expect(await kindOf(store(), markOf('gone', { nowMs: laterMs, expiresAtMs: laterMs + 1000 }))).toBe('first')
    }, 15_000)

    it('A18 a mark that is already due is kept for a moment, and refuses its copy', async () => {
      const nowMs = Date.now()
      expect(await kindOf(store(), markOf('due', { nowMs, expiresAtMs: nowMs - 5 }))).toMatch(/first|unavailable/)
    })

    it('A19 hostile key octets are nothing special', async () => {
      const hostile = ['{a}', '\r\nFLUSHALL\r\n', '\0', ':', '*', '}'].map((text) => {
        return Buffer.concat([Buffer.from(text), createHash('sha256').update(text).digest()]).subarray(0, 32)
      })
      for (const key of hostile) {
        expect(await kindOf(store(), markOf('', { key }))).toBe('first')
        expect(await kindOf(store(), markOf('', { key }))).toBe('replayed')
      }
    })

    it('disowned: what was let through unmarked cannot pass behind it, and honest clients pay one round trip', async () => {
      const gate = makeGate(store())
      expect(await roundTrips(gate)).toBeLessThanOrEqual(2)
      const letThrough = freshProof({ nonce: gate.nonce() })
      const dueMs = Date.now()
      expect(store().disown(KEY_THUMBPRINT, dueMs)).toBe(dueMs)
      expect(store().disown(KEY_THUMBPRINT, dueMs + 10)).toBe(dueMs)
      for (let i = 0; i < 3; i++) expect(await gate.present(letThrough)).not.toBe('pass')
      expect(await roundTrips(gate)).toBeLessThanOrEqual(2)
      expect(await gate.present(letThrough)).toBe('nonce')
      // Made good once: the next time counts anew.
      const laterMs = Date.now() + 1000
      expect(store().disown(KEY_THUMBPRINT, laterMs)).toBe(laterMs)
      expect(await roundTrips(gate)).toBeLessThanOrEqual(3)
    })

    it('fence: never falls, and is there for every key', async () => {
      let lastMs = 0
      for (let i = 0; i < 20; i++) {
        await store().markFirstUse(markOf(`fence-${i}`))
        const { proofsUntilMs } = store().fence(markOf('').keyThumbprint)
        expect(proofsUntilMs).toBeGreaterThanOrEqual(lastMs)
        lastMs = proofsUntilMs
      }
      expect(Number.isFinite(store().fence('another key').proofsUntilMs)).toBe(true)
    })
  })
}
