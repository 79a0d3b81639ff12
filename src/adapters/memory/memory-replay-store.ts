/**
 * The embedded replay memory: bounded, for one process. Full means refused, never forgotten. It starts empty, so its fence
 * stands at its start.
 */
import type { Fence, Mark, MarkOutcome, ReplayStore } from '../../check/replay/replay-store.ts'
import { makeProofTable } from './proof-table.ts'

export interface MemoryReplayStore extends ReplayStore {
  markFirstUse(mark: Mark): MarkOutcome
  /** Marks held, expired ones included until they are swept. */
  entries(): number
  /**
   * Proofs dated up to now, and those that were taken while dated up to `aheadMs` further, need a fresh nonce from here on:
   * the configuration changed what a mark means.
   */
  raiseFence(nowMs: number, aheadMs: number): void
}

/** Many small tables, so that growing one stops the process for a sixty-fourth of the time. */
const TABLES = 64
const INITIAL_SLOTS = 64
/** Sweeping walks the whole memory: when it is full it must not happen at every request. */
const SWEEP_INTERVAL_MS = 1000

export function makeMemoryReplayStore(maxProofs: number, startMs: number): MemoryReplayStore {
  const tables = Array.from({ length: TABLES }, () => makeProofTable(INITIAL_SLOTS))
  let entries = 0
  // One process mints, marks and fences by one clock: the mint time tells all, and there is no epoch to share.
  let fence: Fence = { proofsUntilMs: startMs, noncesUntilMs: startMs, epoch: '' }
  let lastSweepMs = Number.NEGATIVE_INFINITY
  let disownedSinceMs: number | undefined

  function sweep(nowMs: number): void {
    lastSweepMs = nowMs
    entries = tables.reduce((sum, table) => sum + table.sweep(nowMs), 0)
  }

  function markFirstUse(mark: Mark): MarkOutcome {
    if (entries >= maxProofs && Math.abs(mark.nowMs - lastSweepMs) >= SWEEP_INTERVAL_MS) sweep(mark.nowMs)
    // The last byte picks the table, the first bytes the slot: independent bits of one hash.
    const table = tables[(mark.key.at(-1) ?? 0) % TABLES]
    if (table === undefined) return { kind: 'unavailable', detail: 'no table for the key' }
    if (entries >= maxProofs) return { kind: 'unavailable', detail: 'full: store.memory.maxProofs live proofs' }
    if (disownedSinceMs !== undefined) {
      disownedSinceMs = undefined
      // A nonce may be minted a millisecond ahead (fence.ts).
      raiseFence(mark.nowMs + 1, 0)
      return { kind: 'fenced' }
    }
    const before = table.size()
    const found = table.mark(mark)
    entries += table.size() - before
    if (found === undefined) return { kind: 'first' }
    return { kind: 'replayed', first: { sender: found.senderHex, atMs: found.atMs } }
  }

  function raiseFence(nowMs: number, aheadMs: number): void {
    fence = {
      proofsUntilMs: Math.max(fence.proofsUntilMs, nowMs + aheadMs),
      noncesUntilMs: Math.max(fence.noncesUntilMs, nowMs),
      epoch: '',
    }
  }

  return {
    markFirstUse,
    fence: () => fence,
    entries: () => entries,
    raiseFence,
    disown(_, nowMs) {
      disownedSinceMs ??= nowMs
      return disownedSinceMs
    },
  }
}
