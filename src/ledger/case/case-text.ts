/** A case for the terminal: at most 100 columns where the text allows, nothing in it that a terminal obeys. */
import type { Alive, Case, Labels, Revoked, SenderColumn } from './case.ts'
import { counted, printable, showDuration, showTime } from './show.ts'

const WIDTH = 100
const COLUMN = 47

/** Ends with a newline. */
export function caseText(made: Case): string {
  const { finding, asked, madeAtMs } = made
  const head = [
    `${finding.name.toUpperCase()}${certainty(finding).replace(/^./, '  ($&').replace(/.$/, '$&)')}`,
    ...wrapped(finding.sentence, '  '),
    '',
    `  asked     ${asked.kind} ${asked.value}`,
    `  as of     ${showTime(madeAtMs)}`,
  ]
  const parts = [
    head,
    section('Speaks for it', bullets(made.evidenceFor)),
    section('Speaks against it', bullets(made.evidenceAgainst)),
    section('Not known', bullets(made.missing)),
    section('Senders', made.senders === undefined ? [] : sideBySide(made.senders.left, made.senders.right)),
    section('Timeline', timelineLines(made)),
    section('Still alive', aliveLines(made)),
    section(
      'Already revoked',
      made.revoked.map((one) => `  ${showTime(one.atMs)}  ${one.kind} ${one.id}${forceText(one)}`),
    ),
    section('To contain it, the narrowest first', commandLines(made.commands)),
    section('Labels', labelLines(made.labels)),
    section('Searched', searchedLines(made)),
  ]
  const lines = parts.filter((part) => part.length > 0).flatMap((part) => [...part, ''])
  return lines.map((line) => `${printable(line).trimEnd()}\n`).join('')
}

/** What stands beside the name of a finding; empty where nothing is known. */
export function certainty({ name, confidence, accuses }: Case['finding']): string {
  if (name === 'nothing known') return ''
  if (confidence === 'none') return 'nothing speaks of impersonation'
  return accuses ? confidence : `${confidence}, nobody is accused`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines]
}

function bullets(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => wrapped(line, '    ').map((part, i) => (i === 0 ? `  - ${part.slice(4)}` : part)))
}

/** Breaks at spaces; a word that is longer than a line stays whole, so that it can be copied. */
function wrapped(text: string, indent: string, width = WIDTH): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}

/** The facts of one sender, each with its name. */
export function columnFacts({
  sender,
  hash,
  firstMs,
  lastMs,
  count,
}: SenderColumn): readonly (readonly [string, string])[] {
  const facts: (readonly [string, string | undefined])[] = [
    ['SPIFFE ID', sender?.peer],
    ['certificate', sender?.certificate],
    ['address', sender?.address === '' ? undefined : sender?.address],
    ['known by hash only', hash],
    ['first use', firstMs === undefined ? undefined : showTime(firstMs)],
    ['last use', lastMs === undefined ? undefined : showTime(lastMs)],
    ['uses', count === undefined ? undefined : String(count)],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

function sideBySide(left: SenderColumn, right: SenderColumn): readonly string[] {
  const columns = [left, right].map((column) => [
    column.title.toUpperCase(),
    ...columnFacts(column).flatMap(([name, value]) =>
      broken(value.startsWith('spiffe://') ? value : `${name.padEnd(11)}  ${value}`),
    ),
  ])
  const [one = [], other = []] = columns
  const rows = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => [one[i] ?? '', other[i] ?? ''])
  return rows.map(([l = '', r = '']) => `  ${printable(l).padEnd(COLUMN)}  ${r}`)
}

/** Into pieces of a column, also within a word; all but the first indented. */
function broken(text: string): readonly string[] {
  const pieces = [text.slice(0, COLUMN)]
  for (let at = COLUMN; at < text.length; at += COLUMN - 2) pieces.push(`  ${text.slice(at, at + COLUMN - 2)}`)
  return pieces
}

const SIDES = { left: '◀ ', right: ' ▶', both: '  ' } as const

function timelineLines({ timeline, senders }: Case): readonly string[] {
  return timeline.flatMap(({ atMs, side, what }) => {
    const mark = senders === undefined ? '' : `${SIDES[side]}  `
    const indent = ' '.repeat(2 + 20 + 2 + mark.length)
    return wrapped(what, indent).map((line, i) =>
      i === 0 ? `  ${showTime(atMs)}  ${mark}${line.slice(indent.length)}` : line,
    )
  })
}

function aliveLines({ alive, aliveMore, madeAtMs }: Case): readonly string[] {
  const shown = alive.slice(0, MAX_ALIVE_LINES)
  const lines = shown.map((one) => `  ${one.session.id}  ${aliveText(one, madeAtMs)}`)
  const rest = alive.length - shown.length
  if (rest > 0) lines.push(`  and ${counted(rest, 'more session')}; --json has them`)
  if (aliveMore) lines.push('  and more than are looked up for a case; holdfast sessions lists all')
  return lines
}

const MAX_ALIVE_LINES = 20

/** By what it hangs together, whose it is, and how long it lives on. */
export function aliveText({ session, by }: Alive, nowMs: number): string {
  const whose = session.client ?? session.subject ?? session.holder ?? session.issuer
  const tie = by.includes('session') ? 'this session' : `same ${by.join(', ')}`
  const left = showDuration(session.expiresAtSeconds * 1000 - nowMs)
  const used = showDuration(nowMs - session.lastSeenMs)
  return `${tie}; ${whose}; used ${used} ago, lives ${left} more`
}

/** What follows a revocation: whether it stands, where that is known. */
export function forceText({ inForce }: Revoked): string {
  return inForce === undefined ? '' : inForce ? ', in force' : ', no longer in force'
}

function commandLines(commands: Case['commands']): readonly string[] {
  return commands.flatMap(({ command, cutsOff }) => [`  ${command}`, `      cuts off ${cutsOff}`])
}

function labelLines({ attack, nhi, csf, sp800207 }: Labels): readonly string[] {
  const rows: (readonly [string, readonly (string | number)[]])[] = [
    ['ATT&CK', attack],
    ['OWASP NHI', nhi],
    ['CSF 2.0', csf],
    ['SP 800-207 tenets', sp800207],
  ]
  return rows.flatMap(([name, values]) => (values.length === 0 ? [] : [`  ${name.padEnd(18)} ${values.join(', ')}`]))
}

function searchedLines({ searched }: Case): readonly string[] {
  return searched.map(({ relation, value, found }) => `  ${relation} ${value}: ${found} found`)
}
