/** What is revoked of a case already: what was seen refused, what containment did by itself, and what stands in the list. */
import type { Revoked } from './case.ts'
import type { Entry } from './in-force.ts'
import type { Material } from './material.ts'
import { sessionOf } from './missing.ts'

/** Own sessions first; what is revoked of a whole subject may be thousands. */
const MAX_REVOKED = 100

/** Each once, the first seen first. */
export function revokedOf(material: Material): readonly Revoked[] {
  const { sessions, cutOff, nowMs, inForce } = material
  const standing = standingOf(material)
  const ids = new Set(standing.map(({ id }) => id))
  const kinds = new Set<string>(standing.map(({ kind }) => kind))
  const first = new Map<string, Revoked>()
  for (const { id, kind, atMs } of seenOf(material)) {
    if (first.has(id)) continue
    const isGone = !kinds.has(kind) && inForce.tellsAll(kind, [...sessions, ...cutOff])
    const known = ids.has(id) ? { inForce: true } : isGone ? { inForce: false } : {}
    first.set(id, { id, kind, atMs, ...known })
  }
  for (const { id, kind } of standing) if (!first.has(id)) first.set(id, { id, kind, atMs: nowMs, inForce: true })
  return [...first.values()].slice(0, MAX_REVOKED)
}

function seenOf({ sessions, incidents }: Material): readonly Revoked[] {
  const seen = [
    ...sessions.flatMap(({ revoked }) => (revoked === undefined ? [] : [revoked])),
    ...incidents.flatMap(({ revocation, contained, atMs, lastMs }) => [
      ...(revocation === undefined ? [] : [{ ...revocation, atMs }]),
      ...(contained === undefined ? [] : [{ ...contained, atMs: lastMs }]),
    ]),
  ]
  return seen.sort((one, other) => one.atMs - other.atMs)
}

/** In the list now, of the sessions, of who brought them, and of what hangs together with them. */
function standingOf({ sessions, incidents, cutOff, inForce }: Material): readonly Entry[] {
  return [
    ...sessions.flatMap(inForce.ofSession),
    ...sessions.flatMap(({ senders, issuedAtSeconds }) =>
      senders.flatMap((sender) => inForce.ofSender(sender, issuedAtSeconds)),
    ),
    ...incidents.flatMap((incident) => {
      const session = sessionOf(incident, sessions)
      return inForce.ofSender(incident.sender, session?.issuedAtSeconds ?? incident.atMs / 1000)
    }),
    ...cutOff.flatMap(inForce.ofSession),
  ]
}
