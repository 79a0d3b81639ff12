/** Holdfast with several workers on a real Redis, and clients that each hold one connection of their own, as Envoy's threads do. */
import { type ChannelCredentials, credentials } from '@grpc/grpc-js'
import { askHonest, type Verdict } from './checks.ts'
import { type CheckClient, makeCheckClient } from './envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, routeOf } from './parties.ts'
import { freePort } from './ports.ts'
import { type RedisServer, startRedis } from './redis.ts'
import { type RunningHoldfast, startServing } from './running-holdfast.ts'

export const AUTHORITY = 'api.example.com'

type Wishes = NonNullable<Parameters<typeof configText>[2]>

export interface ShownWorker {
  readonly worker: number
  readonly pid: number
  readonly state: string
  readonly hash: string | null
}

export interface WorkersWorld {
  readonly parties: Parties
  readonly holder: Holder
  readonly ports: { readonly grpc: number; readonly admin: number }
  /** Writes the configuration with this many workers and answers its path. */
  write(workers: number, wishes?: Wishes): string
  /** Until it is ready; ended with the world. */
  start(workers: number, wishes?: Wishes): Promise<RunningHoldfast>
  /** Each over a connection of its own. */
  clients(count: number, address?: string, creds?: ChannelCredentials): readonly CheckClient[]
  honest(client: CheckClient, nonce?: string): Promise<Verdict>
  stop(): Promise<void>
}

export async function makeWorkersWorld(): Promise<WorkersWorld> {
  const parties = await makeParties()
  const redis: RedisServer = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const holder = await makeHolder(parties)
  const ports = { grpc: await freePort(), admin: await freePort() }
  const running: RunningHoldfast[] = []
  const open: CheckClient[] = []

  function write(workers: number, { server, ...more }: Wishes = {}): string {
    const store = { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 500 } }
    const wishes = { server: { workers, ...server }, store, ...more }
    return parties.write('holdfast.yaml', configText(ports, [routeOf('api', AUTHORITY, '/')], wishes))
  }

  return {
    parties,
    holder,
    ports,
    write,
    async start(workers, wishes) {
      const holdfast = await startServing(write(workers, wishes), ports.admin)
      running.push(holdfast)
      return holdfast
    },
    clients(count, address = `127.0.0.1:${ports.grpc}`, creds = credentials.createInsecure()) {
      const made = Array.from({ length: count }, () =>
        makeCheckClient(address, creds, { 'grpc.use_local_subchannel_pool': 1 }),
      )
      open.push(...made)
      return made
    },
    honest: (client, nonce) => askHonest(client, holder, { authority: AUTHORITY }, nonce),
    async stop() {
      for (const client of open) client.close()
      await Promise.all(running.map((holdfast) => holdfast.stop()))
      await redis.stop()
      parties.forget()
    },
  }
}

/** As /config shows them. */
export async function workersOf(holdfast: RunningHoldfast): Promise<readonly ShownWorker[]> {
  return (JSON.parse((await holdfast.page('/config')).body) as { workers: ShownWorker[] }).workers
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
