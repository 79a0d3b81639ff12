/**
 * Labels of the frameworks (requirements G1 to G4), from the table of reasons; for what only the ledger sees, from the row
 * that says the same. Only what accuses is labelled: an honest retry is no technique of an attacker.
 */
import { REASONS } from '../../check/reasons.ts'
import type { IncidentClass } from '../incident.ts'
import type { Labels } from './case.ts'
import type { Weighed } from './weigh.ts'

type Marks = Pick<Labels, 'attack' | 'nhi' | 'csf'>

/** G4: one key or client from many workloads. Drift is an anomaly to look into and no technique. */
const OF_THE_LEDGER: Readonly<Partial<Record<IncidentClass, Marks>>> = {
  cloned: REASONS.session_cloned,
  concurrent: { attack: ['T1550.001'], nhi: ['NHI9'], csf: ['DE.AE-03'] },
  drifted: { attack: [], nhi: [], csf: ['DE.AE-02'] },
}

/**
 * Tenets of SP 800-207 §2.1 that each goes against: 2 all communication is secured, 3 access is granted per session, 4 by
 * dynamic policy, 5 integrity of assets is monitored, 6 authentication is enforced before access, 7 state is collected.
 */
const TENETS: Readonly<Record<IncidentClass, readonly number[]>> = {
  replayed: [2, 6],
  stolen: [3, 6],
  forwarded: [3, 6],
  transplanted: [3, 6],
  downgraded: [2, 6],
  cloned: [3, 5, 6],
  revoked: [4, 6],
  stale: [3, 4],
  concurrent: [3, 7],
  drifted: [4, 7],
}

/** RS.AN-03: establishing what happened, which is what a case is. */
const OF_EVERY_CASE = 'RS.AN-03'

export function labelsOf(weighed: readonly Weighed[]): Labels {
  const told = weighed.filter(({ accuses, name }) => accuses || name === 'drifted')
  if (told.length === 0) return { attack: [], nhi: [], csf: [], sp800207: [] }
  const marks = told.map(({ incident }): Marks | undefined =>
    incident.reason === undefined ? OF_THE_LEDGER[incident.class] : REASONS[incident.reason],
  )
  const all = (pick: (marks: Marks) => readonly string[]): readonly string[] =>
    [...new Set(marks.flatMap((one) => (one === undefined ? [] : pick(one))))].sort(byNumber)
  const tenets = [...new Set(told.flatMap(({ incident }) => TENETS[incident.class]))]
  return {
    attack: all(({ attack }) => attack),
    nhi: all(({ nhi }) => nhi),
    csf: [...new Set([...all(({ csf }) => csf), OF_EVERY_CASE])].sort(byNumber),
    sp800207: tenets.sort((one, other) => one - other),
  }
}

/** NHI2 before NHI10. */
function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
