/**
 * The judgement: what was looked up becomes a case. Pure. Each incident is weighed alone (weigh.ts), the weightiest makes the
 * finding; without one the way the session began does. Nothing is concluded from what is not there: that stands in `missing`.
 */
import type { Case, Finding } from './case.ts'
import { commandsOf } from './commands.ts'
import { evidenceOf } from './evidence.ts'
import { labelsOf } from './labels.ts'
import type { Material } from './material.ts'
import { missingOf, sessionOf } from './missing.ts'
import { revokedOf } from './revoked.ts'
import { beginning, sentenceOf } from './sentence.ts'
import { sideBySide } from './side-by-side.ts'
import { timelineOf } from './timeline.ts'
import { byWeight, type Weighed, weigh } from './weigh.ts'

export function judge(material: Material): Case {
  const { asked, nowMs, sessions, incidents, alive, aliveMore, searched } = material
  const weighed = weighAll(material)
  const [main] = weighed
  const finding = findingOf(main, weighed, material)
  const senders = sideBySide(main, sessions)
  return {
    asked,
    madeAtMs: nowMs,
    finding,
    ...evidenceOf(finding, weighed, sessions),
    missing: missingOf(material, weighed),
    senders,
    timeline: timelineOf(material, senders),
    sessions,
    incidents,
    alive,
    aliveMore,
    revoked: revokedOf(material),
    commands: commandsOf(material, finding, main),
    labels: labelsOf(weighed),
    searched,
  }
}

function weighAll({ incidents, sessions, sameHolder }: Material): readonly Weighed[] {
  return incidents
    .map((incident) => weigh(incident, sessionOf(incident, sessions), sameHolder))
    .filter((one) => one !== undefined)
    .sort(byWeight)
}

function findingOf(main: Weighed | undefined, weighed: readonly Weighed[], material: Material): Finding {
  const { sessions, incidents, searched } = material
  if (main !== undefined) {
    const { name, confidence, accuses } = main
    const requests = weighed
      .filter((one) => one.name === name && one.confidence === confidence && one.incident.by === main.incident.by)
      .reduce((sum, { incident }) => sum + incident.count, 0)
    return { name, confidence, accuses, sentence: sentenceOf(main, requests, sessions.length > 1) }
  }
  if (sessions.length > 0) {
    const { name, sentence } = beginning(sessions)
    const confidence = name === 'first seen from another peer' ? 'suspected' : 'none'
    return { name, confidence, accuses: false, sentence }
  }
  const sentence =
    incidents.length > 0
      ? 'No impersonation is seen: what is known of it accuses nobody, and its session is not known.'
      : `Nothing is known of it: looked for by ${[...new Set(searched.map(({ relation }) => relation))].join(', ')}.`
  return { name: 'nothing known', confidence: 'none', accuses: false, sentence }
}
