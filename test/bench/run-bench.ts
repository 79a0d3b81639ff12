/** The whole run: all cases in turn, round after round, so that what disturbs the machine disturbs all of them alike. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type BenchCase, fetchNonce, isExpected, makeCases, reasonOf } from './cases.ts'
import { cpuNs, startChild } from './child.ts'
import { IN_FLIGHT, PACED_PER_SECOND } from './constants.ts'
import { type Caller, makeCaller, pace, saturate } from './load.ts'
import { measureMemory } from './memory.ts'
import { measureReady } from './ready.ts'
import { type Started, startServer } from './server.ts'
import { type Load, type Round, summarise } from './summary.ts'
import { table } from './table.ts'
import { checkBytes, type World } from './world.ts'

export interface BenchOptions {
  readonly rounds: number
  readonly secondsPerBlock: number
  /** Names of cases; empty: all. */
  readonly only: readonly string[]
  readonly memory: boolean
  readonly ready: boolean
  readonly fromSource: boolean
  readonly nodeFlags: readonly string[]
}

const RESULTS = fileURLToPath(new URL('results/', import.meta.url))
const ENTRY = fileURLToPath(new URL('main.ts', import.meta.url))
/** A saturating block has so many more requests than a paced one. */
const SATURATED_FACTOR = 3
const WARM_UP_CALLS = 20_000
const VERIFICATIONS = 3_000
/** What a block leaves behind (collection of garbage, closing timers) still counts for it. */
const SETTLE_MS = 50

/** Prints the table and writes results/latest.json. */
export async function runBench(options: BenchOptions): Promise<void> {
  const rounds = await measureRounds(options)
  const results = {
    at: new Date().toISOString(),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version },
    options,
    ...summarise(rounds),
    ready: options.ready ? await measureReady(options) : undefined,
    memory: options.memory ? await measureMemory(options) : undefined,
    rounds,
  }
  process.stdout.write(`${table(results)}\n`)
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(`${RESULTS}latest.json`, `${JSON.stringify(results, null, 2)}\n`)
}

async function measureRounds(options: BenchOptions): Promise<Round[]> {
  const floor = startChild([ENTRY, 'floor'], true)
  const [empty, verifying] = (await floor.line()).split(' ')
  const raw = makeCaller(`127.0.0.1:${empty}`)
  const rawVerifying = makeCaller(`127.0.0.1:${verifying}`)
  const server = await startServer(options)
  const caller = makeCaller(server.address)
  const cases = makeCases(server.world).filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  await warmUp([raw, rawVerifying, caller], server.world)
  const measured: Round[] = []
  // The first round warms both processes up and is thrown away.
  for (let round = 0; round <= options.rounds; round++) {
    for (const load of ['paced', 'saturated'] as const) {
      const count = options.secondsPerBlock * PACED_PER_SECOND * (load === 'paced' ? 1 : SATURATED_FACTOR)
      const us = await measureCases({ cases, server, caller, load, count, raw, rawVerifying, rawPid: floor.pid })
      const [p1363, der] = (await floor.ask(String(VERIFICATIONS))).split(' ')
      us['verification'] = Number(p1363) / 1000
      us['verification, DER'] = Number(der) / 1000
      if (round > 0) measured.push({ load, us })
      process.stderr.write(`round ${round}/${options.rounds} ${load}: ${line(us)}\n`)
    }
  }
  raw.close()
  rawVerifying.close()
  caller.close()
  await floor.stop()
  await server.stop()
  return measured
}

/** Both to the same degree: a process of which less is asked would stay longer in slow code, and the floor would be too high. */
async function warmUp(callers: readonly Caller[], { tokens }: World): Promise<void> {
  const request = checkBytes('bearer', { authorization: `Bearer ${tokens.bearer}` })
  const requests = Array.from({ length: WARM_UP_CALLS }, () => request)
  for (const caller of callers) await saturate(caller, requests, IN_FLIGHT, () => undefined)
}

interface Measuring {
  readonly cases: readonly BenchCase[]
  readonly server: Started
  readonly caller: Caller
  readonly load: Load
  readonly count: number
  readonly raw: Caller
  readonly rawVerifying: Caller
  readonly rawPid: number
}

/** CPU microseconds per call of each case. `raw` gets the bytes of the DPoP case: same size, same fields. */
async function measureCases(measuring: Measuring): Promise<Record<string, number>> {
  const { cases, server, caller, load, count, raw, rawVerifying, rawPid } = measuring
  const us: Record<string, number> = {}
  const nonce = await fetchNonce(server.world, caller.call)
  let before: Buffer[] = []
  for (const { name, reason, requests } of cases) {
    const sent = requests(count, nonce, before)
    us[name] = await block(caller, server.child.pid, load, sent, (answer) => {
      if (!isExpected(answer, reason)) throw new Error(`${name}: ${reasonOf(answer)} where ${reason} is due`)
    })
    if (name === 'dpop') {
      us['raw'] = await block(raw, rawPid, load, sent, () => undefined)
      us['raw that verifies'] = await block(rawVerifying, rawPid, load, sent, () => undefined)
    }
    before = sent
  }
  return us
}

async function block(
  caller: Caller,
  pid: number,
  load: Load,
  requests: readonly Buffer[],
  onAnswer: (answer: Buffer) => void,
): Promise<number> {
  const start = cpuNs(pid)
  if (load === 'paced') await pace(caller, requests, PACED_PER_SECOND, onAnswer)
  else await saturate(caller, requests, IN_FLIGHT, onAnswer)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return (cpuNs(pid) - start) / 1000 / requests.length
}

function line(us: Readonly<Record<string, number>>): string {
  return Object.entries(us)
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join('  ')
}
