/** A mark on its way: what is sent for it, and what the answers mean. Pure; sending is the link's (link.ts). */
import type { Mark, MarkOutcome } from '../../check/replay/replay-store.ts'
import type { CommandLine, Reply } from './connection.ts'
import type { KeyNames } from './keys.ts'
import { lifeMs, readRecord, writeRecord } from './mark-record.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export interface PendingMark {
  readonly tag: string
  readonly command: CommandLine
  readonly record: string
  /** The epoch under which the nonce of the proof was judged: the mark counts under this one only. */
  readonly epoch: string
  sendsLeft: number
  /** Only the first call has an effect. */
  settle(outcome: MarkOutcome): void
  settled: boolean
}

/** One more after a lost answer: the record carries the decision id, so the second finds what the first left. */
const SENDS = 2

/** Undefined when the mark cannot be written. */
export function makePendingMark(
  mark: Mark,
  tag: string,
  epoch: string,
  names: KeyNames,
  clockAllowanceMs: number,
  resolve: (outcome: MarkOutcome) => void,
): PendingMark | undefined {
  const record = writeRecord(mark)
  if (record === undefined) return undefined
  const life = String(lifeMs(mark, clockAllowanceMs))
  const pending: PendingMark = {
    tag,
    command: ['set', names.mark(tag, mark.key), record, 'NX', 'GET', 'PX', life],
    record,
    epoch,
    sendsLeft: SENDS,
    settled: false,
    settle(outcome) {
      if (pending.settled) return
      pending.settled = true
      resolve(outcome)
    },
  }
  return pending
}

/** Each SET, and behind them all the epochs that vouch for them: a flush in between leaves no epoch (docs/fence.md). */
export function commandsFor(
  marks: readonly PendingMark[],
  names: KeyNames,
  identity: string,
): {
  readonly commands: readonly CommandLine[]
  /** The tags whose epochs are asked for, in the order of the answers that follow those of the marks. */
  readonly tags: readonly string[]
} {
  const tags = [...new Set(marks.map(({ tag }) => tag))]
  const reads = tags.map((tag): CommandLine => ['hget', names.epoch(tag), identity])
  return { commands: [...marks.map(({ command }) => command), ...reads], tags }
}

export type Verdict =
  | { readonly kind: 'settled'; readonly outcome: MarkOutcome }
  /** The memory is not the one that the proof was judged under. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }

const FIRST: Verdict = { kind: 'settled', outcome: { kind: 'first' } }

/**
 * `epochNow`: the answer to HGET, read after the mark in the same ordered batch. `disowned`: the epoch is due to be replaced
 * (epochs.ts), so nothing is first under it.
 */
export function judge(mark: PendingMark, found: Reply, epochNow: Reply, disowned: boolean): Verdict {
  if (found instanceof Error) return { kind: 'trouble', trouble: troubleOf(found) }
  if (epochNow instanceof Error) return { kind: 'trouble', trouble: troubleOf(epochNow) }
  if (found === null || found === mark.record) return epochNow === mark.epoch && !disowned ? FIRST : { kind: 'lost' }
  const first = typeof found === 'string' ? readRecord(found) : undefined
  if (first !== undefined) return { kind: 'settled', outcome: { kind: 'replayed', first } }
  return { kind: 'settled', outcome: { kind: 'unavailable', detail: 'a key of ours holds something else' } }
}
