/** The results for people: two tables and the targets, in Markdown, ready for docs/benchmarks.md. */
import { TARGETS } from './constants.ts'
import type { Memory } from './memory.ts'
import type { ReadyTimes } from './ready.ts'
import type { Load, Summary } from './summary.ts'

export interface Results extends Summary {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly ready: ReadyTimes | undefined
  readonly memory: Memory | undefined
}

const LOADS: readonly Load[] = ['paced', 'saturated']

export function table({ us, ratios, machine, ready, memory }: Results): string {
  const both = (values: Record<Load, Record<string, number>>, name: string, digits: number): string =>
    LOADS.map((load) => (values[load][name] ?? Number.NaN).toFixed(digits)).join(' | ')
  const lines = [`${machine.cores} cores, Node ${machine.node}`, '']
  lines.push('| CPU µs a call | paced | saturated |', '| --- | --: | --: |')
  for (const name of Object.keys(us.paced)) lines.push(`| ${name} | ${both(us, name, 0)} |`)
  lines.push('', '| ratio | paced | saturated | target |', '| --- | --: | --: | --: |')
  for (const name of Object.keys(ratios.paced)) lines.push(`| ${name} | ${both(ratios, name, 2)} | ${targetOf(name)} |`)
  if (ready === undefined && memory === undefined) return lines.join('\n')
  lines.push('', '| | reached | target |', '| --- | --: | --: |')
  if (ready !== undefined) {
    lines.push(`| ready (/readyz 200), ms | ${ready.readyMs.toFixed(0)} | ${TARGETS.readyMs} |`)
    lines.push(`| serving (gRPC health), ms | ${ready.servingMs.toFixed(0)} | ${TARGETS.readyMs} |`)
  }
  if (memory !== undefined) {
    lines.push(`| resident at start, MB | ${memory.startMb.toFixed(0)} | |`)
    lines.push(`| resident with 200,000 live proofs, MB | ${memory.liveMb.toFixed(0)} | ${TARGETS.residentMb} |`)
    lines.push(`| peak on the way there, MB | ${memory.peakMb.toFixed(0)} | |`)
    lines.push(`| bytes per live proof | ${memory.bytesPerProof.toFixed(0)} | ${TARGETS.bytesPerProof} |`)
  }
  return lines.join('\n')
}

function targetOf(ratio: string): string {
  if (ratio === 'dpop / floor') return `≤ ${TARGETS.dpopToFloor}`
  if (ratio === 'certificate / raw') return `≤ ${TARGETS.certificateToRaw}`
  return ratio === 'bearer / raw' || ratio.startsWith('dpop / ') ? '' : `≤ ${TARGETS.denialToAllow}`
}
