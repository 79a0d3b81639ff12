/**
 * A case as Markdown, for a ticket. All text that comes from outside stands in it escaped: no link, picture, HTML or mention
 * of a person comes out of a token's claims. Commands stand in code spans that nothing in them can end.
 */
import type { Case, SenderColumn } from './case.ts'
import { aliveText, certainty, columnFacts, forceText } from './case-text.ts'
import { printable, showTime } from './show.ts'

/** Ends with a newline. */
export function caseMarkdown(made: Case): string {
  const { finding, asked, madeAtMs, senders, labels } = made
  const blocks = [
    `## ${escaped([finding.name, certainty(finding)].filter((part) => part !== '').join(', '))}`,
    escaped(finding.sentence),
    `Asked: ${asked.kind} ${code(asked.value)}, as of ${showTime(madeAtMs)}`,
    listed('Speaks for it', made.evidenceFor.map(escaped)),
    listed('Speaks against it', made.evidenceAgainst.map(escaped)),
    listed('Not known', made.missing.map(escaped)),
    senders === undefined ? '' : sendersTable(senders.left, senders.right),
    timelineTable(made),
    listed('Still alive', [
      ...made.alive.map((one) => `${code(one.session.id)} ${escaped(aliveText(one, madeAtMs))}`),
      ...(made.aliveMore ? ['and more than are looked up for a case'] : []),
    ]),
    listed(
      'Already revoked',
      made.revoked.map((one) => `${showTime(one.atMs)} ${escaped(one.kind)} ${code(one.id)}${forceText(one)}`),
    ),
    listed(
      'To contain it, the narrowest first',
      made.commands.map(({ command, cutsOff }) => `${code(command)}: cuts off ${escaped(cutsOff)}`),
    ),
    listed('Labels', [
      ...labelled('ATT&amp;CK', labels.attack),
      ...labelled('OWASP NHI', labels.nhi),
      ...labelled('CSF 2.0', labels.csf),
      ...labelled('SP 800-207 tenets', labels.sp800207),
    ]),
    listed(
      'Searched',
      made.searched.map(({ relation, value, found }) => `${relation} ${code(value)}: ${found} found`),
    ),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function listed(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `### ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}`
}

function labelled(name: string, values: readonly (string | number)[]): readonly string[] {
  return values.length === 0 ? [] : [`${name}: ${values.join(', ')}`]
}

function sendersTable(left: SenderColumn, right: SenderColumn): string {
  const [one, other] = [new Map(columnFacts(left)), new Map(columnFacts(right))]
  const names = [...new Set([...one.keys(), ...other.keys()])]
  const rows = names.map(
    (name) => `| ${name} | ${escaped(one.get(name) ?? '–')} | ${escaped(other.get(name) ?? '–')} |`,
  )
  return [`| | ${escaped(left.title)} | ${escaped(right.title)} |`, '|---|---|---|', ...rows].join('\n')
}

function timelineTable({ timeline, senders }: Case): string {
  if (timeline.length === 0) return ''
  const titles = { left: senders?.left.title ?? '', right: senders?.right.title ?? '', both: '' }
  const rows = timeline.map(
    ({ atMs, side, what }) => `| ${showTime(atMs)} | ${escaped(titles[side])} | ${escaped(what)} |`,
  )
  return ['### Timeline', '', '| when | who | what |', '|---|---|---|', ...rows].join('\n')
}

/**
 * What could begin markup becomes an entity: a backslash would not hold everywhere (tables, mentions). So does a colon, but in
 * times and before a space, and the dot of `www.`: GitHub links bare addresses by itself.
 */
export function escaped(text: string): string {
  return printable(text).replace(
    /[&<>"'`*_{}[\]#+!|~\\@$^=]|(?<!\d):(?! )|:(?![\d ])|(?<=www)\./gi,
    (char) => `&#${char.charCodeAt(0)};`,
  )
}

/** A code span, with a longer fence than any run of backticks in it. In lists only: a pipe would end the cell of a table. */
export function code(text: string): string {
  const clean = printable(text)
  const runs = clean.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1)
  const pad = clean.startsWith('`') || clean.endsWith('`') || clean.trim() !== clean || clean === '' ? ' ' : ''
  return `${fence}${pad}${clean}${pad}${fence}`
}
