/** A table for terminals: columns as wide as they must be, the wide ones share what is left, cells wrap at words. */

export interface Group {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

const GAP = '  '
/** A column that is at most this wide is never wrapped; the others share the rest. */
const NARROW = 24
const MINIMUM_WIDE = 24

export function formatTable(headings: readonly string[], groups: readonly Group[], width: number): string {
  const rows = groups.flatMap((group) => group.rows)
  const widths = columnWidths(headings, rows, width)
  const rule = widths.map((columns) => '─'.repeat(columns)).join(GAP)
  const lines = [...formatRow(headings, widths), rule]
  for (const group of groups) {
    lines.push('', group.title, '')
    for (const row of group.rows) lines.push(...formatRow(row, widths))
  }
  return [...lines, rule].join('\n')
}

function columnWidths(headings: readonly string[], rows: readonly (readonly string[])[], width: number): number[] {
  const natural = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => longest(row[i] ?? ''))))
  const wide = natural.filter((columns, i) => isWide(rows, i) && columns > 0).length
  const taken = natural.filter((_, i) => !isWide(rows, i)).reduce((sum, columns) => sum + columns, 0)
  const free = width - taken - GAP.length * (headings.length - 1)
  const share = Math.max(MINIMUM_WIDE, Math.floor(free / Math.max(1, wide)))
  return natural.map((columns, i) => (isWide(rows, i) ? share : columns))
}

/** Narrow columns wrap at every space: they are as wide as their longest word. */
function longest(text: string): number {
  return Math.max(...text.split(/[ \n]/).map((word) => word.length))
}

function isWide(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.some((row) => (row[column] ?? '').length > NARROW * 1.5)
}

function formatRow(cells: readonly string[], widths: readonly number[]): string[] {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i] ?? 0))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, i) => (lines[line] ?? '').padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  )
}

/** Lines of at most `width`, broken at line feeds and at spaces; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapWords(paragraph, width))
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
