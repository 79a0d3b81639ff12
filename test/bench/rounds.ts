/** All cases in turn, round after round, so that what disturbs the machine disturbs all of them alike. */
import { fileURLToPath } from 'node:url'
import { type BenchCase, fetchNonce, isExpected, makeCases, reasonOf } from './cases.ts'
import { cpuNs, startChild } from './child.ts'
import { IN_FLIGHT, PACED_PER_SECOND } from './constants.ts'
import { type Caller, makeCaller, pace, saturate } from './load.ts'
import { type ServerOptions, type Started, startServer } from './server.ts'
import { type Latency, type Load, quantile, type Round } from './summary.ts'
import { startVariants, type Variant, type VariantWishes } from './variants.ts'
import { checkBytes, type World } from './world.ts'

export interface RoundOptions extends ServerOptions {
  readonly variants: VariantWishes
  readonly rounds: number
  readonly secondsPerBlock: number
  /** Names of cases; empty: all. */
  readonly only: readonly string[]
}

const ENTRY = fileURLToPath(new URL('main.ts', import.meta.url))
/** A saturating block has so many more requests than a paced one. */
const SATURATED_FACTOR = 3
const WARM_UP_CALLS = 20_000
const VERIFICATIONS = 3_000
/** What a block leaves behind (collection of garbage, closing timers) still counts for it. */
const SETTLE_MS = 50

/** None, and nothing is started, when no rounds are wished for. */
export async function measureRounds(options: RoundOptions): Promise<Round[]> {
  if (options.rounds === 0) return []
  const floor = startChild([ENTRY, 'floor'], true)
  const [empty, verifying] = (await floor.line()).split(' ')
  const raw = makeCaller(`127.0.0.1:${empty}`)
  const rawVerifying = makeCaller(`127.0.0.1:${verifying}`)
  const server = await startServer(options)
  const caller = makeCaller(server.address)
  const variants = await startVariants(options.variants, options)
  const cases = makeCases(server.world).filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  await warmUp([raw, rawVerifying], server.world)
  for (const one of [{ caller, server }, ...variants]) await warmUp([one.caller], one.server.world)
  const measured: Round[] = []
  // The first round warms both processes up and is thrown away.
  for (let round = 0; round <= options.rounds; round++) {
    for (const load of ['paced', 'saturated'] as const) {
      const count = options.secondsPerBlock * PACED_PER_SECOND * (load === 'paced' ? 1 : SATURATED_FACTOR)
      const measuring = { cases, server, caller, load, count, raw, rawVerifying, rawPid: floor.pid, variants }
      const { us, latencyMs } = await measureCases(measuring)
      const [p1363, der] = (await floor.ask(String(VERIFICATIONS))).split(' ')
      us['verification'] = Number(p1363) / 1000
      us['verification, DER'] = Number(der) / 1000
      if (round > 0) measured.push({ load, us, latencyMs })
      process.stderr.write(`round ${round}/${options.rounds} ${load}: ${line(us)}\n`)
    }
  }
  for (const one of [raw, rawVerifying, caller]) one.close()
  for (const one of [...variants, floor, server]) await one.stop()
  return measured
}

/** All to the same degree: a process of which less is asked would stay longer in slow code. */
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
  readonly variants: readonly Variant[]
}

interface Measured {
  /** CPU microseconds per call. */
  readonly us: Record<string, number>
  readonly latencyMs: Record<string, Latency>
}

/** `raw` gets the bytes of the DPoP case: same size, same fields. */
async function measureCases(measuring: Measuring): Promise<Measured> {
  const { cases, server, caller, load, count, raw, rawVerifying, rawPid, variants } = measuring
  const us: Record<string, number> = {}
  const latencyMs: Record<string, Latency> = {}
  const nonce = await fetchNonce(server.world, caller.call)
  let before: Buffer[] = []
  for (const { name, reason, requests } of cases) {
    const sent = requests(count, nonce, before)
    const measured = await block(caller, [server.child.pid], load, sent, name, reason)
    us[name] = measured.us[0] ?? Number.NaN
    latencyMs[name] = measured.latencyMs
    if (name === 'dpop') {
      us['raw'] = (await block(raw, [rawPid], load, sent)).us[0] ?? Number.NaN
      us['raw that verifies'] = (await block(rawVerifying, [rawPid], load, sent)).us[0] ?? Number.NaN
      for (const variant of variants) await measureVariant(variant, load, count, { us, latencyMs })
    }
    before = sent
  }
  return { us, latencyMs }
}

/** The case `dpop` of another server, with its own keys. */
async function measureVariant(variant: Variant, load: Load, count: number, { us, latencyMs }: Measured): Promise<void> {
  const { name, server, caller, beside } = variant
  const nonce = await fetchNonce(server.world, caller.call)
  const sent = makeCases(server.world)
    .find((one) => one.name === 'dpop')
    ?.requests(count, nonce, [])
  const pids = [server.child.pid, ...(beside === undefined ? [] : [beside.pid])]
  const measured = await block(caller, pids, load, sent ?? [], name, 'ok')
  const [own = Number.NaN, besides = Number.NaN] = measured.us
  us[name] = own
  if (beside !== undefined) us[beside.name] = besides
  latencyMs[name] = measured.latencyMs
}

/**
 * CPU microseconds a call of each process.
 * @param reason another one in an answer ends the run; without it answers are not looked at
 */
async function block(
  caller: Caller,
  pids: readonly number[],
  load: Load,
  requests: readonly Buffer[],
  name = '',
  reason?: string,
): Promise<{ readonly us: readonly number[]; readonly latencyMs: Latency }> {
  const took: number[] = []
  const onAnswer = (answer: Buffer, tookMs: number): void => {
    if (reason !== undefined && !isExpected(answer, reason))
      throw new Error(`${name}: ${reasonOf(answer)} where ${reason} is due`)
    took.push(tookMs)
  }
  const start = pids.map(cpuNs)
  if (load === 'paced') await pace(caller, requests, PACED_PER_SECOND, onAnswer)
  else await saturate(caller, requests, IN_FLIGHT, onAnswer)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const us = pids.map((pid, i) => (cpuNs(pid) - (start[i] ?? 0)) / 1000 / requests.length)
  return { us, latencyMs: { p50: quantile(took, 0.5), p99: quantile(took, 0.99) } }
}

function line(us: Readonly<Record<string, number>>): string {
  return Object.entries(us)
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join('  ')
}
