/**
 * The epochs that this process knows, one for each tag, and the fences that follow (docs/fence.md). An epoch is one memory
 * of marks from its start to its loss; all sharers know it by the same value: `RANDOM:CREATED`, the time by the server's clock.
 */
import { randomBytes } from 'node:crypto'
import type { Fence } from '../../check/replay/replay-store.ts'

export interface Epochs {
  /** The one known for the tag; undefined before the first. */
  current(tag: string): string | undefined
  fence(tag: string): Fence
  /**
   * A proof was let through unmarked: the epoch must be replaced in the server before it vouches again. Returns since when (ms)
   * this has been due.
   */
  disown(tag: string, nowMs: number): number
  /** Changes with each `disown`; undefined when nothing is due. */
  disowned(tag: string): number | undefined
  /** The epoch was replaced, by a command that was sent while `disowned` gave `times`; what came later is due again. */
  replaced(tag: string, times: number): void
  /** True when it takes the place of another one. */
  adopt(tag: string, value: string, nowMs: number): boolean
  /**
   * Proofs dated up to now, or taken while dated up to `aheadMs` further, need a nonce minted after now, in this process: its
   * clock or its configuration changed.
   */
  raise(nowMs: number, aheadMs: number): void
}

const FORM = /^[0-9a-f]{16}:([0-9]{1,15})$/
const RANDOM_BYTES = 8
/** Nothing is known of any memory: every proof needs a nonce (and no mark can be made). */
const UNKNOWN: Fence = { proofsUntilMs: Number.POSITIVE_INFINITY, noncesUntilMs: 0, epoch: '' }

/** @param createdMs by the server's clock */
export function newEpoch(createdMs: number): string {
  return `${randomBytes(RANDOM_BYTES).toString('hex')}:${createdMs}`
}

export function isEpoch(value: unknown): value is string {
  return typeof value === 'string' && FORM.test(value)
}

export function makeEpochs(clockAllowanceMs: number): Epochs {
  const fences = new Map<string, Fence>()
  const due = new Map<string, { readonly sinceMs: number; readonly times: number }>()
  let raised = { proofsUntilMs: 0, noncesUntilMs: 0 }

  return {
    current: (tag) => fences.get(tag)?.epoch,
    fence: (tag) => fences.get(tag) ?? UNKNOWN,
    disown(tag, nowMs) {
      const { sinceMs, times } = due.get(tag) ?? { sinceMs: nowMs, times: 0 }
      due.set(tag, { sinceMs, times: times + 1 })
      return sinceMs
    },
    disowned: (tag) => due.get(tag)?.times,
    replaced(tag, times) {
      if (due.get(tag)?.times === times) due.delete(tag)
    },
    adopt(tag, value, nowMs) {
      const before = fences.get(tag)
      if (before?.epoch === value) return false
      const createdMs = Number(FORM.exec(value)?.[1])
      const proofsUntilMs = Math.max(nowMs, createdMs) + clockAllowanceMs
      fences.set(tag, {
        proofsUntilMs: Math.max(proofsUntilMs, raised.proofsUntilMs, before?.proofsUntilMs ?? 0),
        noncesUntilMs: raised.noncesUntilMs,
        epoch: value,
      })
      return before !== undefined
    },
    raise(nowMs, aheadMs) {
      raised = {
        proofsUntilMs: Math.max(nowMs + aheadMs + clockAllowanceMs, raised.proofsUntilMs),
        noncesUntilMs: Math.max(nowMs, raised.noncesUntilMs),
      }
      for (const [tag, fence] of fences) {
        const proofsUntilMs = Math.max(fence.proofsUntilMs, raised.proofsUntilMs)
        fences.set(tag, { ...fence, proofsUntilMs, noncesUntilMs: raised.noncesUntilMs })
      }
    },
  }
}
