/** What this replica holds of the shared list, and up to where. */
import type { RefusedEntry } from '../../../revocations/raw-entry.ts'
import type { LoggedChange } from './change.ts'
import type { Mirror } from './mirror.ts'
import type { Snapshot } from './snapshot.ts'
import { isAtLeast } from './stream-id.ts'

export interface Copy {
  readonly mirror: Mirror
  /** Of the server that it was read from. */
  readonly identity: string
  readonly epoch: string
  /** The last change applied, and how many were logged up to it. */
  lastId: string
  changes: number
  /** Entries that the list had then. */
  entries: number
}

export interface ApplyEvents {
  readonly nowMs: () => number
  readonly refused: (entry: RefusedEntry) => void
}

/** `overlapping`: the entries were read after some of the changes were made, so they may show those already. */
export type Changes = 'new' | 'overlapping'

/** Returns when the newest entry among them was made, in seconds; undefined without one. */
export function applyChanges(
  copy: Copy,
  logged: readonly LoggedChange[],
  events: ApplyEvents,
  changes: Changes = 'new',
): number | undefined {
  const isThere = (id: string): boolean => copy.mirror.has(id)
  let newest: number | undefined
  for (const { streamId, change } of logged) {
    if (change?.op === 'add') {
      if (changes === 'new' || !isThere(change.id)) copy.entries++
      const put = copy.mirror.put(change.id, change.text, events.nowMs() / 1000)
      if (put.ok) newest = Math.max(newest ?? 0, put.value.atSeconds)
      else events.refused(put.error)
    }
    if (change?.op === 'remove') {
      copy.entries -= changes === 'new' ? change.ids.length : change.ids.filter(isThere).length
      for (const id of change.ids) copy.mirror.drop(id)
    }
    if (change === undefined) events.refused({ place: `revocations:log ${streamId}`, message: 'is no change' })
    copy.lastId = streamId
    copy.changes++
  }
  return newest
}

/** The log still has everything that came after `lastId`. */
export function reachesBack(snapshot: Snapshot, lastId: string): boolean {
  return snapshot.lastId === lastId || isAtLeast(lastId, snapshot.firstId)
}

/** Both stand at the same change, so they must agree on all else; what differs was not logged, or was lost. */
export function differs(copy: Copy, { lastId, changes, entries }: Snapshot): boolean {
  return copy.lastId === lastId && (copy.changes !== changes || copy.entries !== entries)
}
