/** What a drill tells people: a table by story, and one line that sums it up; or the same as JSON. */
import { isAsExpected, type Outcome, type Row } from './row.ts'
import { classOf } from './run-drill.ts'
import { formatTable } from './table.ts'

const HEADINGS = [
  '',
  'scenario',
  'what happened',
  'expected',
  'seen',
  'reason / class / case',
  'what stopped it',
] as const

/** `noCases`: why none are asked for. */
export function formatReport(rows: readonly Row[], width: number, noCases?: string): string {
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
  const notes = [...faults, ...notPlayed(rows), ...notAsked(rows, noCases)]
  return [formatTable(HEADINGS, groups, width), ...notes, summary(rows), ''].join('\n')
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

function notAsked(rows: readonly Row[], why: string | undefined): readonly string[] {
  const wanted = rows.some((row) => row.scenario.investigated !== undefined && isAsExpected(row))
  return wanted && why !== undefined ? [`- cases not asked for: ${why}`] : []
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

/** The case stands in brackets, on lines of its own. */
function reasonCell(row: Row): string {
  const { says } = row.case ?? {}
  return says === undefined ? reasonAndClass(row) : `${reasonAndClass(row)}\n[${says}]`
}

function reasonAndClass({ answer, expected }: Row): string {
  if (answer === undefined) return '-'
  if (answer.decisionId === undefined && expected.reason === 'envoy') return 'refused by Envoy'
  if (answer.reason === undefined) return answer.error === undefined ? '-' : `(${answer.error})`
  const told = answer.wouldDeny ? `${answer.class ?? ''}, would deny` : answer.class
  return told === undefined || told === 'none' ? answer.reason : `${answer.reason}\n${told}`
}

function explain({ outcome, fault }: Row): string {
  return `${outcome}: ${fault ?? ''}`
}

/** `24 of 24 as expected: 6 honest passed, 18 attacks stopped; 24 of 24 cases right, 0 false accusations` */
export function summary(rows: readonly Row[]): string {
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length
  const ran = rows.length - count('left out')
  const optional = (number: number, text: string) => (number === 0 ? '' : `, ${number} ${text}`)
  return [
    `${rows.filter(isAsExpected).length} of ${ran} as expected: `,
    `${count('passed')} honest passed, ${count('stopped')} attacks stopped`,
    optional(count('detected'), 'detected where nothing refuses them'),
    optional(count('missed'), 'MISSED'),
    optional(count('refused'), 'honest REFUSED'),
    optional(count('wrong'), 'otherwise than expected'),
    optional(count('left out'), 'left out'),
    caseSummary(rows),
  ].join('')
}

function caseSummary(rows: readonly Row[]): string {
  const { asked, right, falseAccusations } = countCases(rows)
  if (asked === 0) return ''
  return `; ${right} of ${asked} cases right, ${falseAccusations} false accusation${falseAccusations === 1 ? '' : 's'}`
}

function countCases(rows: readonly Row[]): { asked: number; right: number; falseAccusations: number } {
  const verdicts = rows.flatMap((row) => row.case ?? [])
  return {
    asked: verdicts.length,
    right: verdicts.filter(({ right }) => right).length,
    falseAccusations: verdicts.filter(({ falseAccusation }) => falseAccusation).length,
  }
}

/** For scripts: every row with what was expected and seen. */
export function reportJson(rows: readonly Row[], noCases?: string): object {
  return {
    summary: summary(rows),
    asExpected: rows.every((row) => row.outcome === 'left out' || isAsExpected(row)),
    cases: { ...countCases(rows), ...(noCases === undefined ? {} : { notAsked: noCases }) },
    scenarios: rows.map(({ scenario, expected, outcome, answer, case: verdict, fault }) => ({
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
      ...(verdict === undefined ? {} : { case: { expected: scenario.investigated, ...verdict } }),
      ...(fault === undefined ? {} : { fault }),
    })),
  }
}
