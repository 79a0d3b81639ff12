/** The whole run: the rounds, and then what is wished for beside them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { measureKillSwitch } from './kill-switch.ts'
import { measureLedger } from './ledger-cost.ts'
import { measureMemory } from './memory.ts'
import { measureRaces } from './races.ts'
import { measureReady } from './ready.ts'
import { measureRounds, type RoundOptions } from './rounds.ts'
import { summarise } from './summary.ts'
import { table } from './table.ts'

export interface BenchOptions extends RoundOptions {
  readonly memory: boolean
  readonly ready: boolean
  readonly killSwitch: boolean
  /** How many proofs are raced for; 0: none. */
  readonly races: number
  /** Rounds with and without the ledger; 0: none. */
  readonly ledgerRounds: number
}

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))

/** Prints the table and writes results/latest.json; without rounds parts.json, so that the figures of the rounds stay. */
export async function runBench(options: BenchOptions): Promise<void> {
  const rounds = await measureRounds(options)
  const results = {
    at: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    options,
    ...summarise(rounds),
    ready: options.ready ? await measureReady(options) : undefined,
    memory: options.memory ? await measureMemory(options) : undefined,
    killSwitch: options.killSwitch ? await measureKillSwitch() : undefined,
    races: options.races > 0 ? await measureRaces(options.races) : undefined,
    ledger:
      options.ledgerRounds > 0
        ? await measureLedger(options, options.ledgerRounds, options.secondsPerBlock)
        : undefined,
    rounds,
  }
  process.stdout.write(`${table(results)}\n`)
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}${rounds.length === 0 ? 'parts' : 'latest'}.json`, `${JSON.stringify(results, null, 2)}\n`)
}
