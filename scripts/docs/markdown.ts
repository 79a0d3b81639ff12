/** Small pieces of Markdown. */

export type Row = readonly string[]

export function table(head: Row, rows: readonly Row[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function line(cells: Row): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

export function code(text: string): string {
  return `\`${text}\``
}

/** Says where the text comes from, so that nobody mends the copy. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by \`npm run docs\`: change it there. -->`
}
