/** The incidents of the embedded ledger: the last ones, as many as are kept. */
import type { Incident } from '../../ledger/incident.ts'
import type { LedgerBounds, Relative } from '../../ledger/ledger-store.ts'
import { relativesOfIncident } from '../../ledger/relations.ts'
import { type Held, makeRelationIndex } from './memory-ledger-index.ts'

export interface MemoryIncidents {
  /** One that is known already is replaced. */
  save(incident: Incident): void
  get(ids: readonly string[]): readonly Incident[]
  /** Newest first. */
  by(relative: Relative): readonly Incident[]
  /** Newest first; those before this id, or all. */
  recent(before: string | undefined): readonly Incident[]
  remove(which: (incident: Incident) => boolean): number
  sweep(): void
  held(): Held
}

export function makeMemoryIncidents(bounds: LedgerBounds, nowMs: () => number): MemoryIncidents {
  const incidents = new Map<string, Incident>()
  const index = makeRelationIndex()

  const isLive = ({ lastMs }: Incident): boolean => nowMs() - lastMs < bounds.retentionSeconds * 1000

  function live(id: string): Incident | undefined {
    const incident = incidents.get(id)
    return incident !== undefined && isLive(incident) ? incident : undefined
  }

  function drop(id: string): void {
    incidents.delete(id)
    index.remove(id)
  }

  function remove(which: (incident: Incident) => boolean): number {
    const before = incidents.size
    for (const incident of incidents.values()) if (which(incident)) drop(incident.id)
    return before - incidents.size
  }

  return {
    save(incident) {
      incidents.set(incident.id, incident)
      index.put(incident.id, relativesOfIncident(incident))
      if (incidents.size <= bounds.maxIncidents) return
      const [oldest] = incidents.keys()
      if (oldest !== undefined) drop(oldest)
    },
    get: (ids) => [...new Set(ids)].map(live).filter((incident) => incident !== undefined),
    by: (relative) => newestFirst(index.find(relative).map(live)),
    recent: (before) =>
      newestFirst([...incidents.keys()].filter((id) => before === undefined || id < before).map(live)),
    remove,
    sweep: () => void remove((incident) => !isLive(incident)),
    held: () => ({ count: incidents.size, ...index.size() }),
  }
}

/** Ids sort by time. */
function newestFirst(found: readonly (Incident | undefined)[]): readonly Incident[] {
  return found.filter((incident) => incident !== undefined).sort((a, b) => (a.id < b.id ? 1 : -1))
}
