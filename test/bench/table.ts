/** The results for people: tables and the targets, in Markdown, ready for docs/benchmarks.md. */
import { TARGETS } from './constants.ts'
import type { KillSwitch } from './kill-switch.ts'
import type { LedgerCost } from './ledger-cost.ts'
import type { Memory } from './memory.ts'
import type { Races } from './races.ts'
import type { ReadyTimes } from './ready.ts'
import type { Latency, Load, Summary } from './summary.ts'

export interface Results extends Summary {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly ready: ReadyTimes | undefined
  readonly memory: Memory | undefined
  readonly killSwitch: KillSwitch | undefined
  readonly races: Races | undefined
  readonly ledger: LedgerCost | undefined
}

const LOADS: readonly Load[] = ['paced', 'saturated']
const LATENCIES = ['dpop', 'dpop_redis', 'dpop_revocations', 'added by Redis']

export function table(results: Results): string {
  const { us, ratios, latencyMs, machine, ready, memory, killSwitch, races, ledger } = results
  const parts = [
    [`${machine.cores} cores, Node ${machine.node}`],
    perLoad('CPU µs a call', us, 0, undefined),
    perLoad('ratio', ratios, 2, targetOf),
    latencies(latencyMs),
    reached(ready, memory),
    killSwitch === undefined ? [] : killSwitchRows(killSwitch),
    races === undefined ? [] : [racesLine(races)],
    ledger === undefined ? [] : ledgerRows(ledger),
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** A row for each figure that was measured; none was without rounds. */
function perLoad(
  heading: string,
  values: Record<Load, Record<string, number>>,
  digits: number,
  target: ((name: string) => string) | undefined,
): readonly string[] {
  const names = Object.keys(values.paced).filter((name) => Number.isFinite(values.paced[name]))
  if (names.length === 0) return []
  const [more, rule] = target === undefined ? ['', ''] : [' target |', ' --: |']
  const rows = names.map((name) => {
    const cells = LOADS.map((load) => (values[load][name] ?? Number.NaN).toFixed(digits)).join(' | ')
    return `| ${name} | ${cells} |${target === undefined ? '' : ` ${target(name)} |`}`
  })
  return [`| ${heading} | paced | saturated |${more}`, `| --- | --: | --: |${rule}`, ...rows]
}

function targetOf(ratio: string): string {
  if (ratio === 'dpop / floor' || ratio === 'dpop_redis / floor') return `≤ ${TARGETS.dpopToFloor}`
  if (ratio === 'certificate / raw') return `≤ ${TARGETS.certificateToRaw}`
  if (ratio === 'dpop_revocations / dpop') return `≤ ${TARGETS.revocationsToNone}`
  return ratio === 'bearer / raw' || ratio.startsWith('dpop') ? '' : `≤ ${TARGETS.denialToAllow}`
}

function latencies(latencyMs: Readonly<Record<string, Latency>>): readonly string[] {
  if (latencyMs['added by Redis'] === undefined) return []
  const rows = LATENCIES.flatMap((name) => {
    const latency = latencyMs[name]
    const target = name === 'added by Redis' ? `p99 ≤ ${TARGETS.addedByRedisP99Ms}` : ''
    return latency === undefined
      ? []
      : [`| ${name} | ${latency.p50.toFixed(2)} | ${latency.p99.toFixed(2)} | ${target} |`]
  })
  return ['| latency in ms, paced | p50 | p99 | target |', '| --- | --: | --: | --: |', ...rows]
}

function reached(ready: ReadyTimes | undefined, memory: Memory | undefined): readonly string[] {
  const lines: string[] = []
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
  return lines.length === 0 ? [] : ['| | reached | target |', '| --- | --: | --: |', ...lines]
}

function killSwitchRows({ replicas, kills, lastPassedMs, allRefuseMs, acknowledgedMs }: KillSwitch): readonly string[] {
  const rows = [
    ['last look-up that passed', lastPassedMs],
    ['every replica refuses', allRefuseMs],
    ['every replica has acknowledged', acknowledgedMs],
  ] as const
  return [
    `| ms from the call of \`revoke\`, ${replicas} processes, ${kills} times | p50 | p99 | most |`,
    '| --- | --: | --: | --: |',
    ...rows.map(
      ([name, { p50, p99, max }]) => `| ${name} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${max.toFixed(1)} |`,
    ),
  ]
}

function racesLine({ proofs, racers, once, seconds }: Races): string {
  const count = (n: number): string => n.toLocaleString('en')
  const sent = `${count(proofs)} proofs, each sent to ${racers} clients of one Redis at once`
  return `${sent}: ${count(once)} first exactly once; ${seconds.toFixed(0)} s`
}

function ledgerRows({ costs, manySessions, oneTime }: LedgerCost): readonly string[] {
  const rows = Object.entries(costs).map(
    ([name, { onUs, offUs, ratio, control }]) =>
      `| ${name} | ${onUs.toFixed(0)} | ${offUs.toFixed(0)} | ${ratio.toFixed(2)} | ${control.toFixed(2)} | ≤ ${TARGETS.ledgerToNone} |`,
  )
  const told = (what: string, { perSecond, decisions, dropped }: LedgerCost['oneTime']): string =>
    `| ${what}: ${decisions} decisions at ${perSecond.toFixed(0)} a second | ${dropped} dropped |`
  return [
    '| CPU µs a call | with the ledger | without | ratio | of the control | target |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    '| the ledger in Redis | |',
    '| --- | --: |',
    told('1,000 sessions', manySessions),
    told('a session each', oneTime),
  ]
}
