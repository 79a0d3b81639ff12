/** What the ledger does not know of a case, and why: said, so that silence is never taken for innocence. */
import type { Incident } from '../incident.ts'
import type { Gap } from '../ledger-store.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Material } from './material.ts'
import { isHashedSubject } from './question.ts'
import { counted, showDuration, showTime } from './show.ts'
import type { Weighed } from './weigh.ts'

const MAX_GAPS = 5

export function missingOf(material: Material, weighed: readonly Weighed[]): readonly string[] {
  const { sessions, incidents, alive, corrupt, more, doubts, retentionSeconds, nowMs, inForce } = material
  const keptFromMs = nowMs - retentionSeconds * 1000
  const known = new Set(sessions.map(({ id }) => id))
  const found = new Set(incidents.map(({ id }) => id))
  const lines: string[] = [...doubts]
  if (sessions.length + incidents.length === 0) {
    const kept = showDuration(retentionSeconds * 1000)
    lines.push(
      `The ledger keeps what was used with a verified token in the last ${kept}: of all else it knows nothing.`,
    )
  }

  lines.push(...gapTexts(gapsOf(material)))
  if (sessions.some(({ firstSeenMs }) => firstSeenMs < keptFromMs)) {
    lines.push(`Incidents before ${showTime(keptFromMs)} are no longer kept, and the case begins earlier.`)
  }
  const senders = sessions.reduce((sum, { sendersOmitted }) => sum + sendersOmitted, 0)
  if (senders > 0) lines.push(`${counted(senders, 'use')} came from senders that no longer fit the list of senders.`)
  const routes = sessions.reduce((sum, { routesOmitted }) => sum + routesOmitted, 0)
  if (routes > 0) lines.push(`${counted(routes, 'use')} went to routes that no longer fit the list of routes.`)
  if (corrupt > 0) lines.push(`${corrupt === 1 ? '1 entry' : `${corrupt} entries`} could not be read: left out.`)
  if (more) lines.push('There are more sessions or incidents than are shown here: ask for something narrower.')
  if (sessions.some((session) => session.incidentCount > 0 && session.incidents.some((id) => !found.has(id)))) {
    lines.push('Incidents of these sessions happened that are no longer kept.')
  }
  if (incidents.some(({ session }) => session !== undefined && !known.has(session))) {
    lines.push('A session of these incidents is no longer kept, or was never written.')
  }
  if (incidents.some((incident) => incident.session === undefined && sessionOf(incident, sessions) === undefined)) {
    lines.push('No token was verified in some of these requests, so no session is known for them.')
  }
  if (weighed.some(({ parties }) => parties.hash !== undefined)) {
    lines.push('The first sender of a proof is known by its hash only, and none of the known senders has it.')
  }
  if (weighed.some(({ parties }) => parties.presumed)) {
    lines.push('Nothing names the holder of the session: who used it first is taken for the holder.')
  }
  if (sessions.some(({ subject }) => subject !== undefined && isHashedSubject(subject))) {
    lines.push('The subject is kept as a hash: only who knows its name can revoke it.')
  }
  lines.push(...inForce.doubts([...sessions, ...alive.map(({ session }) => session)]))
  if (weighed.some(({ parties }) => parties.left === undefined && parties.hash === undefined)) {
    lines.push(
      'Whose session it is cannot be told: no sender of it was let pass, and the token names no holder that was seen.',
    )
  }
  return lines
}

/** Also of an incident whose token was refused before it was verified (expired): by the name of the token. */
export function sessionOf({ session, token }: Incident, sessions: readonly SessionRecord[]): SessionRecord | undefined {
  if (session !== undefined) return sessions.find(({ id }) => id === session)
  return token === undefined ? undefined : sessions.find(({ tokens }) => tokens.some((known) => known.token === token))
}

/** Those that overlap the time that the case is about; of a case without any, all. */
export function gapsOf({ gaps, sessions, incidents, nowMs }: Material): readonly Gap[] {
  const starts = [...sessions.map(({ firstSeenMs }) => firstSeenMs), ...incidents.map(({ atMs }) => atMs)]
  const fromMs = starts.length === 0 ? 0 : Math.min(...starts)
  return gaps.filter((gap) => gap.toMs >= fromMs && gap.fromMs <= nowMs)
}

function gapTexts(gaps: readonly Gap[]): readonly string[] {
  const newest = [...gaps].sort((one, other) => other.toMs - one.toMs)
  const lines = newest
    .slice(0, MAX_GAPS)
    .map(
      ({ fromMs, toMs, dropped }) =>
        `The ledger has a gap from ${showTime(fromMs)} to ${showTime(toMs)}: ${counted(dropped, 'event')} not written.`,
    )
  if (newest.length > MAX_GAPS) lines.push(`There are ${newest.length - MAX_GAPS} more gaps in this time.`)
  return lines
}
