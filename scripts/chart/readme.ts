/** charts/holdfast/README.md: the prose of README.md.in, and one table of values for each section of values.yaml. */
import { code, table } from '../docs/markdown.ts'
import { isMapping, type ValueEntry } from './values-file.ts'

const PLACE = '<!-- values -->'

/** Throws on a value without a description: the reference must not have holes. */
export function chartReadme(prose: string, entries: readonly ValueEntry[]): string {
  if (!prose.includes(PLACE)) throw new Error(`README.md.in: lacks the line ${PLACE}`)
  const sections = [...new Set(entries.map(({ section }) => section))]
  const tables = sections.map((section) => `### ${section}\n\n${sectionTable(entries, section)}`)
  return prose.replace(PLACE, () => tables.join('\n\n'))
}

function sectionTable(entries: readonly ValueEntry[], section: string): string {
  const leaves = entries.filter((entry) => entry.section === section && !isParent(entry, entries))
  return table(
    ['key', 'default', 'meaning'],
    leaves.map(({ path, value, description }) => {
      if (description === undefined) throw new Error(`${path}: has no "# --" line above it in values.yaml`)
      return [code(path), code(JSON.stringify(value)), description]
    }),
  )
}

function isParent({ path, value }: ValueEntry, entries: readonly ValueEntry[]): boolean {
  return isMapping(value) && entries.some((other) => other.path.startsWith(`${path}.`))
}
