/** What a drill tells people: a table by story, and one line that sums it up; or the same as JSON. */
import { classOf, isAsExpected, type Outcome, type Row } from './run-drill.ts'
import { formatTable } from './table.ts'

const HEADINGS = ['', 'scenario', 'what happened', 'expected', 'seen', 'reason / class', 'what stopped it'] as const

export function formatReport(rows: readonly Row[], width: number): string {
  const stories = [...new Set(rows.map((row) => row.scenario.story))].map((story) => ({
    title: `Story: ${story}`,
    own: rows.filter((row) => row.scenario.story === story),
  }))
  // A story of which nothing could run is a line, not a table of dashes.
  const groups = stories
    .filter(({ own }) => own.some((row) => !hasNotRun(row)))
    .map(({ title, own }) => ({ title, rows: own.map(cells) }))
  const faults = rows
    .filter((row) => !(isAsExpected(row) || hasNotRun(row)))
    .map((row) => `${mark(row)} ${row.scenario.name}: ${explain(row)}`)
  return [formatTable(HEADINGS, groups, width), ...faults, ...notPlayed(rows), summary(rows), ''].join('\n')
}

function hasNotRun({ outcome, answer }: Row): boolean {
  return outcome === 'left out' && answer === undefined
}

/** A line for each reason, with the names of what it kept from running. */
function notPlayed(rows: readonly Row[]): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { scenario, fault = '' } of rows.filter(hasNotRun)) {
    reasons.set(fault, [...(reasons.get(fault) ?? []), scenario.name])
  }
  return [...reasons].map(([why, names]) => `- not played: ${names.join(', ')}: ${why}`)
}

function cells(row: Row): readonly string[] {
  const { scenario, expected, answer } = row
  const seen = answer === undefined ? '-' : String(answer.status)
  const what = `${scenario.honest ? 'honest: ' : 'attack: '}${scenario.did}`
  return [mark(row), scenario.name, what, String(expected.status), seen, reasonCell(row), scenario.stops]
}

function mark(row: Row): string {
  return row.outcome === 'left out' ? '-' : isAsExpected(row) ? '✓' : '✗'
}

function reasonCell({ answer, expected }: Row): string {
  if (answer === undefined) return '-'
  if (answer.decisionId === undefined && expected.reason === 'envoy') return 'refused by Envoy'
  if (answer.reason === undefined) return answer.error === undefined ? '-' : `(${answer.error})`
  const told = answer.wouldDeny ? `${answer.class ?? ''}, would deny` : answer.class
  return told === undefined || told === 'none' ? answer.reason : `${answer.reason}\n${told}`
}

function explain({ outcome, fault }: Row): string {
  return `${outcome}: ${fault ?? ''}`
}

/** `24 of 24 as expected: 6 honest passed, 18 attacks stopped` */
export function summary(rows: readonly Row[]): string {
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length
  const ran = rows.length - count('left out')
  const optional = (number: number, text: string) => (number === 0 ? '' : `, ${number} ${text}`)
  return [
    `${rows.filter(isAsExpected).length} of ${ran} as expected: `,
    `${count('passed')} honest passed, ${count('stopped')} attacks stopped`,
    optional(count('detected'), 'detected where the route observes'),
    optional(count('missed'), 'MISSED'),
    optional(count('refused'), 'honest REFUSED'),
    optional(count('wrong'), 'answered for another reason'),
    optional(count('left out'), 'left out'),
  ].join('')
}

/** For scripts: every row with what was expected and seen. */
export function reportJson(rows: readonly Row[]): object {
  return {
    summary: summary(rows),
    asExpected: rows.every((row) => row.outcome === 'left out' || isAsExpected(row)),
    scenarios: rows.map(({ scenario, expected, outcome, answer, fault }) => ({
      name: scenario.name,
      story: scenario.story,
      honest: scenario.honest,
      did: scenario.did,
      stops: scenario.stops,
      outcome,
      expected: { status: expected.status, reason: expected.reason, class: classOf(expected) },
      ...(answer === undefined
        ? {}
        : {
            seen: {
              status: answer.status,
              reason: answer.reason,
              class: answer.class,
              error: answer.error,
              decisionId: answer.decisionId,
            },
          }),
      ...(fault === undefined ? {} : { fault }),
    })),
  }
}
