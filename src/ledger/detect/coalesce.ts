/**
 * Alike incidents become one: same class, session, holder of the sender, reason and outcome. The first is handed on at
 * once; those that follow it within the window are counted, and handed on as one when the window is over.
 */
import type { Incident } from '../incident.ts'
import { holderOf } from '../sender.ts'

export interface Coalescer {
  add(incident: Incident): void
  /**
   * What is due, and how many were dropped since it was last asked.
   * @param nowMs decides which windows are over; without it the time of the newest incident. `Infinity`: all of them
   */
  take(nowMs?: number): { readonly incidents: readonly Incident[]; readonly dropped: number }
}

export interface CoalesceOptions {
  readonly windowMs: number
  /** Different ones at a time; beyond it new ones are dropped, and counted. */
  readonly maxPending: number
}

interface Window {
  readonly startedMs: number
  /** Undefined: nothing came after the first. */
  followers: Incident | undefined
}

export function makeCoalescer({ windowMs, maxPending }: CoalesceOptions): Coalescer {
  const windows = new Map<string, Window>()
  let due: Incident[] = []
  let dropped = 0
  let newestMs = 0

  function open(key: string, incident: Incident): void {
    if (windows.size >= maxPending || due.length >= maxPending) {
      dropped++
      return
    }
    due.push(incident)
    windows.set(key, { startedMs: incident.atMs, followers: undefined })
  }

  function closeWindows(nowMs: number): void {
    for (const [key, { startedMs, followers }] of windows) {
      if (nowMs - startedMs < windowMs) continue
      windows.delete(key)
      if (followers !== undefined) due.push(followers)
    }
  }

  return {
    add(incident) {
      newestMs = Math.max(newestMs, incident.lastMs)
      const key = keyOf(incident)
      let window = windows.get(key)
      if (window !== undefined && incident.atMs - window.startedMs >= windowMs) {
        windows.delete(key)
        if (window.followers !== undefined) due.push(window.followers)
        window = undefined
      }
      if (window === undefined) open(key, incident)
      else window.followers = joined(window.followers, incident)
    },
    take(nowMs = newestMs) {
      closeWindows(nowMs)
      const taken = { incidents: due, dropped }
      due = []
      dropped = 0
      return taken
    },
  }
}

function keyOf({ class: cls, session, token, sender, reason, outcome, key }: Incident): string {
  return JSON.stringify([cls, session ?? token ?? key, holderOf(sender), reason, outcome])
}

function joined(before: Incident | undefined, incident: Incident): Incident {
  if (before === undefined) return incident
  return {
    ...before,
    // What is proven once is proven.
    ...(before.confidence === 'suspected' && incident.confidence === 'proven'
      ? { confidence: incident.confidence, by: incident.by }
      : {}),
    atMs: Math.min(before.atMs, incident.atMs),
    lastMs: Math.max(before.lastMs, incident.lastMs),
    count: before.count + incident.count,
  }
}
