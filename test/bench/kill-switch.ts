/**
 * The kill switch over many replicas, each a process: from the call of `holdfast revoke` until the command ends with the
 * last acknowledgement, and until no replica lets the session pass any more.
 */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { command as revoke } from '../../src/cli/revoke.ts'
import { freePort } from '../support/ports.ts'
import { startRedis } from '../support/redis.ts'
import { type Child, startChild } from './child.ts'
import { KILLS, REPLICAS } from './constants.ts'
import { quantile } from './summary.ts'
import { makeWorld } from './world.ts'

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Milliseconds from the call of the command. */
export interface KillSwitch {
  readonly replicas: number
  readonly kills: number
  /** The command ends: every replica has acknowledged. */
  readonly acknowledgedMs: Spread
  /** The last look-up that passed on any replica; each looks every 5 ms. */
  readonly lastPassedMs: Spread
  /** The last replica refuses from here on. */
  readonly allRefuseMs: Spread
}

const ENTRY = fileURLToPath(new URL('main.ts', import.meta.url))
/** Longer than a replica looks, and not a multiple of that. */
const PAUSE_MS = 23

/** Rejects when a replica does not acknowledge, or ends. */
export async function measureKillSwitch(): Promise<KillSwitch> {
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const world = await makeWorld({ port: await freePort(), adminPort: await freePort(), redisUrl: redis.url })
  const replicas = Array.from({ length: REPLICAS }, (_, i) =>
    startChild([ENTRY, 'replica', redis.url, `replica-${i}`], true),
  )
  await Promise.all(replicas.map((replica) => replica.line()))
  const pulls: Pull[] = []
  // The first compiles what the command needs, as a command that was just started has to; it is thrown away all the same.
  for (let i = 0; i <= KILLS; i++) {
    const pull = await pullOnce(replicas, world.configPath)
    if (i > 0) pulls.push(pull)
  }
  await Promise.all(replicas.map((replica) => replica.stop()))
  await redis.stop()
  await rm(world.folder, { recursive: true })
  return {
    replicas: REPLICAS,
    kills: KILLS,
    acknowledgedMs: spread(pulls.map((pull) => pull.acknowledgedMs)),
    lastPassedMs: spread(pulls.map((pull) => pull.lastPassedMs)),
    allRefuseMs: spread(pulls.map((pull) => pull.allRefuseMs)),
  }
}

interface Pull {
  readonly acknowledgedMs: number
  readonly lastPassedMs: number
  readonly allRefuseMs: number
}

async function pullOnce(replicas: readonly Child[], configPath: string): Promise<Pull> {
  const session = randomUUID()
  await Promise.all(replicas.map((replica) => replica.ask(session)))
  await sleep(PAUSE_MS)
  const startNs = process.hrtime.bigint()
  await runRevoke(session, configPath)
  const acknowledgedNs = process.hrtime.bigint()
  const times = await Promise.all(replicas.map(async (replica) => (await replica.line()).split(' ').map(BigInt)))
  const afterMs = (ns: bigint): number => Number(ns - startNs) / 1e6
  return {
    acknowledgedMs: afterMs(acknowledgedNs),
    lastPassedMs: Math.max(...times.map(([passed = 0n]) => afterMs(passed))),
    allRefuseMs: Math.max(...times.map(([, refused = 0n]) => afterMs(refused))),
  }
}

/** The command itself, in this process: reads the configuration, connects, writes, waits. */
async function runRevoke(session: string, configPath: string): Promise<void> {
  let out = ''
  let err = ''
  const code = await revoke.run(['session', session, '--json', '--config', configPath], {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    env: {},
    cwd: '.',
    stdin: async () => '',
    onSignal: () => undefined,
  })
  if (code !== 0) throw new Error(`holdfast revoke ended with ${code}: ${err}`)
  const { replicas } = JSON.parse(out) as { replicas: { applied: readonly string[] } }
  if (replicas.applied.length !== REPLICAS) throw new Error(`only ${replicas.applied.length} replicas acknowledged`)
}

function spread(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: Math.max(...values) }
}
