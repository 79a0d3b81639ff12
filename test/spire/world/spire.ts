/**
 * A real SPIRE server with one agent: SQLite, keys in memory, a join token, processes told apart by the plugin `unix`. On loopback
 * and Unix sockets in a folder of its own; ended by pid.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { SPIRE_AGENT, SPIRE_SERVER } from '../../../scripts/setup/spire.ts'
import { type Child, startChild, untilReady } from '../../../src/drill/local/child.ts'
import { freePort } from '../../../src/drill/local/ports.ts'
import { agentConfig, serverConfig } from './spire-config.ts'

export interface SpireServer {
  readonly trustDomain: string
  readonly port: number
  /** Runs a command of `spire-server` against this server; resolves to what it printed. */
  command(...words: readonly string[]): Promise<string>
  /** The certificates of its authority, as PEM. */
  bundle(): Promise<string>
  stop(): Promise<void>
}

export interface SpireAgent {
  /** Of the Workload API and of SDS. */
  readonly socket: string
  stop(): Promise<void>
}

export interface Entry {
  readonly spiffeId: string
  /** The process is the holder only when all fit. */
  readonly selectors: readonly string[]
  readonly ttlSeconds: number
  /** Other trust domains whose bundles the holder gets too. */
  readonly federatesWith?: readonly string[]
}

const READY_MS = 60_000
const COMMAND_MS = 30_000
const exec = promisify(execFile)

/** `dir` must be there, with a path short enough for a Unix socket. */
export async function startSpireServer(dir: string, trustDomain: string): Promise<SpireServer> {
  for (const program of [SPIRE_SERVER, SPIRE_AGENT]) {
    if (!existsSync(program)) throw new Error(`${program} is missing: type "npm run setup -- spire"`)
  }
  const home = join(dir, trustDomain)
  mkdirSync(home, { mode: 0o700 })
  const socket = join(home, 'server.sock')
  const port = await freePort()
  const file = join(home, 'server.conf')
  writeFileSync(file, serverConfig({ trustDomain, port, dir: home, socket }), { mode: 0o600 })
  const child = await startChild('spire-server', resolve(SPIRE_SERVER), ['run', '-config', file], `${file}.log`)
  const command = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await exec(SPIRE_SERVER, [...words, '-socketPath', socket], { timeout: COMMAND_MS })
    return stdout
  }
  await ready(child, () => command('healthcheck'))
  return { trustDomain, port, command, bundle: () => command('bundle', 'show'), stop: () => child.stop() }
}

/** Joins the server with a token that is good once. The parent of its entries is `agentId`. */
export async function startSpireAgent(dir: string, server: SpireServer): Promise<SpireAgent> {
  const home = join(dir, 'agent')
  mkdirSync(home, { mode: 0o700 })
  const socket = join(dir, 'agent.sock')
  const bundleFile = join(home, 'bundle.pem')
  writeFileSync(bundleFile, await server.bundle())
  const answer = await server.command('token', 'generate', '-spiffeID', agentId(server), '-output', 'json')
  const { value: joinToken } = JSON.parse(answer) as { value: string }
  const file = join(home, 'agent.conf')
  writeFileSync(file, agentConfig({ server, dir: home, socket, bundleFile, joinToken }), { mode: 0o600 })
  const child = await startChild('spire-agent', resolve(SPIRE_AGENT), ['run', '-config', file], `${file}.log`)
  await ready(child, () => exec(SPIRE_AGENT, ['healthcheck', '-socketPath', socket], { timeout: COMMAND_MS }))
  return { socket, stop: () => child.stop() }
}

/** Who may be what: a process that fits the selectors gets the SPIFFE ID. */
export async function register(server: SpireServer, entry: Entry): Promise<void> {
  const { spiffeId, selectors, ttlSeconds, federatesWith = [] } = entry
  await server.command(
    ...['entry', 'create', '-parentID', agentId(server), '-spiffeID', spiffeId],
    ...selectors.flatMap((selector) => ['-selector', selector]),
    ...federatesWith.flatMap((domain) => ['-federatesWith', `spiffe://${domain}`]),
    ...['-x509SVIDTTL', String(ttlSeconds)],
  )
}

/** Takes every entry of the SPIFFE ID away. */
export async function deregister({ command }: SpireServer, spiffeId: string): Promise<void> {
  const shown = JSON.parse(await command('entry', 'show', '-spiffeID', spiffeId, '-output', 'json')) as {
    readonly entries: readonly { readonly id: string }[]
  }
  for (const { id } of shown.entries) await command('entry', 'delete', '-entryID', id)
}

/** What the authority gave the server and its agent: who issued the one, and the serial of the other. */
export async function ownCertificates(server: SpireServer): Promise<{ serverIssuer: string; agentSerial: string }> {
  const listed = JSON.parse(await server.command('agent', 'list', '-output', 'json')) as {
    readonly agents: readonly [{ readonly x509svid_serial_number: string }]
  }
  return { serverIssuer: await shownIssuer(server.port), agentSerial: listed.agents[0].x509svid_serial_number }
}

/** Of the certificate that is shown on a port of this machine, whoever it is from. */
function shownIssuer(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.issuer ?? '')
      socket.destroy()
    })
  })
}

function agentId({ trustDomain }: SpireServer): string {
  return `spiffe://${trustDomain}/agent`
}

async function ready(child: Child, ask: () => Promise<unknown>): Promise<void> {
  const answers = () =>
    ask().then(
      () => true,
      () => false,
    )
  try {
    await untilReady(child, answers, READY_MS)
  } catch (error) {
    await child.stop()
    throw error
  }
}
