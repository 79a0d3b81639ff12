/** What an image holds, in numbers, and what this machine could not show of it. */
import { type Entry, entriesOf } from './content.ts'

const PARTS: readonly (readonly [name: string, start: string])[] = [
  ['Node', '/usr/local/bin/node'],
  ['npm packages', '/opt/holdfast/node_modules/'],
  ['Holdfast', '/opt/holdfast/'],
  ['shared libraries, records', '/'],
]

const NOT_SHOWN = [
  'the content of the true base image, and its digest: its registry is not reached from here',
  'known vulnerabilities: their data bases are not reached from here (.github/workflows/image.yml scans)',
  'arm64',
]

/** Lines for people. MB are millions of bytes, as they lie unpacked. */
export function imageReport(content: string): string {
  const files = entriesOf(content).filter(({ kind }) => kind === 'file')
  const partOf = ({ path }: Entry) => PARTS.find(([, start]) => path.startsWith(start))?.[0]
  const rows = PARTS.map(([name]) =>
    row(
      name,
      files.filter((file) => partOf(file) === name),
    ),
  )
  const lines = [...rows, row('all', files), '', 'Not shown here:', ...NOT_SHOWN.map((what) => `  ${what}`)]
  return `${lines.join('\n')}\n`
}

function row(name: string, files: readonly Entry[]): string {
  return `  ${name.padEnd(26)} ${megabytes(files).toFixed(1).padStart(6)} MB  ${String(files.length).padStart(5)} files`
}

export function megabytes(files: readonly Pick<Entry, 'bytes'>[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
}
