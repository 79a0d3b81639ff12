/** The findings for people, grouped by area, and for scripts. */
import { AREAS, CHECKS, type CheckId } from './catalogue.ts'
import { counted, type Finding, type Status } from './finding.ts'

const STATUSES: readonly Status[] = ['ok', 'warning', 'failed', 'unknown']
const ORDER = Object.keys(CHECKS) as CheckId[]

/** Why and mend stand below what is not ok. Names that servers gave cannot write what is not there (CWE-150). */
export function reportText(findings: readonly Finding[]): string {
  const sorted = inOrder(findings)
  const widths = [widest(sorted.map(({ status }) => status)), widest(sorted.map(({ id }) => id))] as const
  const groups = AREAS.flatMap((area) => {
    const own = sorted.filter(({ id }) => CHECKS[id].area === area)
    return own.length === 0 ? [] : [`${area}\n${own.map((finding) => lines(finding, ...widths)).join('')}`]
  })
  return `${groups.join('\n')}\n${summary(findings)}\n`
}

function lines({ id, status, subject, seen, mend }: Finding, statusWidth: number, idWidth: number): string {
  const told = printable(subject === undefined ? seen : `${subject}: ${seen}`)
  const first = `  ${status.padEnd(statusWidth)}  ${id.padEnd(idWidth)}  ${told}\n`
  if (mend === undefined) return first
  const indent = ' '.repeat(statusWidth + idWidth + 6)
  const rest = mend.split('\n').map(printable).join(`\n${indent}      `)
  return `${first}${indent}why:  ${CHECKS[id].why}\n${indent}mend: ${rest}\n`
}

function summary(findings: readonly Finding[]): string {
  const number = (wanted: Status): number => findings.filter(({ status }) => status === wanted).length
  return `${number('ok')} ok, ${counted(number('warning'), 'warning')}, ${number('failed')} failed, ${number('unknown')} unknown`
}

/** A stable shape (docs/doctor.md): members are added, not changed. */
export function reportJson(findings: readonly Finding[]): object {
  const counts = STATUSES.map((wanted) => [wanted, findings.filter(({ status }) => status === wanted).length])
  return {
    ok: findings.every(({ status, unreachable }) => status !== 'failed' && !unreachable),
    counts: Object.fromEntries(counts),
    findings: inOrder(findings).map(({ id, status, subject = null, seen, mend = null, unreachable }) => ({
      id,
      area: CHECKS[id].area,
      status,
      subject,
      seen,
      why: CHECKS[id].why,
      mend,
      unreachable,
    })),
  }
}

/** By area and check; of one check in the order in which they came. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const place = (finding: Finding): number => {
    return AREAS.indexOf(CHECKS[finding.id].area) * ORDER.length + ORDER.indexOf(finding.id)
  }
  return [...findings].sort((one, other) => place(one) - place(other))
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length))
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?')
}
