/** What happened, in order of time, each in the column of who did it. Bounded: the first and the last stay. */
import type { Incident } from '../incident.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Case, TimelineEntry } from './case.ts'
import type { Material } from './material.ts'
import { gapsOf } from './missing.ts'
import { byText } from './sentence.ts'
import { counted, showSender } from './show.ts'
import { sideOf } from './side-by-side.ts'

const MAX_ENTRIES = 50

export function timelineOf(material: Material, senders: Case['senders']): readonly TimelineEntry[] {
  const { sessions, incidents, nowMs } = material
  const several = sessions.length > 1
  const entries = [
    ...sessions.flatMap((session) => sessionEntries(session, senders, several, nowMs)),
    ...incidents.flatMap((incident) => incidentEntries(incident, senders)),
    ...gapsOf(material).map(({ fromMs, dropped }) => both(fromMs, `The ledger dropped ${counted(dropped, 'event')}`)),
  ]
  return bounded(entries.sort((one, other) => one.atMs - other.atMs))
}

function sessionEntries(
  session: SessionRecord,
  senders: Case['senders'],
  several: boolean,
  nowMs: number,
): readonly TimelineEntry[] {
  const name = several ? `Session ${session.id}` : 'The session'
  const entries: TimelineEntry[] = []
  const { issuedAtSeconds, expiresAtSeconds, revoked } = session
  if (issuedAtSeconds !== undefined) entries.push(both(issuedAtSeconds * 1000, `${name} was issued`))
  for (const tally of session.senders) {
    const side = sideOf(tally, senders)
    const who = showSender(tally)
    if (tally.count === 1) entries.push({ atMs: tally.firstMs, side, what: `${name} was used by ${who}, once` })
    else {
      entries.push({ atMs: tally.firstMs, side, what: `${name} was first used by ${who}` })
      const uses = counted(tally.count, 'use')
      entries.push({ atMs: tally.lastMs, side, what: `${name} was last used by ${who}, after ${uses} in all` })
    }
  }
  if (revoked !== undefined)
    entries.push(both(revoked.atMs, `${name} was refused as revoked (${revoked.kind} ${revoked.id})`))
  if (expiresAtSeconds * 1000 <= nowMs) entries.push(both(expiresAtSeconds * 1000, `${name} ended`))
  return entries
}

function incidentEntries(incident: Incident, senders: Case['senders']): readonly TimelineEntry[] {
  const { atMs, class: kind, confidence, count, counterpart, sender, route, contained } = incident
  const where = route === undefined ? '' : ` on route ${route}`
  const often = count > 1 ? `, ${count} times` : ''
  const entries: TimelineEntry[] = [
    {
      atMs,
      side: sideOf(sender, senders),
      what: `Incident ${kind}, ${confidence}${where}${often}: ${byText(incident)}`,
    },
  ]
  if (counterpart?.role === 'first user' && counterpart.atMs !== undefined) {
    entries.push({ atMs: counterpart.atMs, side: 'left', what: 'The proof was used for the first time' })
  }
  if (contained !== undefined) {
    entries.push(both(incident.lastMs, `The ${contained.kind} was revoked automatically (${contained.id})`))
  }
  return entries
}

function both(atMs: number, what: string): TimelineEntry {
  return { atMs, side: 'both', what }
}

function bounded(entries: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (entries.length <= MAX_ENTRIES) return entries
  const head = entries.slice(0, MAX_ENTRIES / 2)
  const tail = entries.slice(-(MAX_ENTRIES / 2 - 1))
  const leftOut = entries.length - head.length - tail.length
  const at = entries[head.length]?.atMs ?? 0
  return [...head, both(at, `${leftOut} entries are left out here`), ...tail]
}
