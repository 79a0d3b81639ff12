/**
 * A real Envoy with several listeners, each envoy/sidecar.yaml with the changes that a test wants, one Holdfast process
 * behind all of them, and an application that tells what reached it. One world for many settings: starting is what costs.
 */

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { freePort } from '../../src/drill/local/ports.ts'
import type { Echo } from '../../src/drill/world/upstream.ts'
import { startEnvoy, type TestEnvoy } from './envoy.ts'
import { configText, makeParties, type Parties } from './parties.ts'
import type { Where } from './raw-http.ts'
import { type RunningHoldfast, startServing } from './running-holdfast.ts'
import { readShape } from './shapes.ts'

/** A node of an Envoy configuration: changed in place, so of no closer type. */
// biome-ignore lint/suspicious/noExplicitAny: the configuration of another program, as deep as it is
export type Node = Record<string, any>

export interface ListenerWish {
  /** Its stat prefix too. */
  readonly name: string
  /** `mutual`: a client certificate is demanded. `server`: may be left out. `plain`: no TLS. Default `plain`. */
  readonly tls?: 'mutual' | 'server' | 'plain'
  /** Changes the connection manager. */
  readonly manager?: (manager: Node) => void
  /** Changes the ext_authz filter. */
  readonly authz?: (authz: Node) => void
  /** Who is asked, where that is not the lab's Holdfast. */
  readonly authorizerPort?: number
  /** Where it goes on to, over HTTP/2, where that is not the lab's application. */
  readonly http2AppPort?: number
}

export interface LabWishes {
  readonly listeners: readonly ListenerWish[]
  /** The routes of Holdfast; `authority` is `localhost:PORT` of a listener. */
  readonly routes: (authority: (listener: string) => string) => readonly Readonly<Record<string, unknown>>[]
  /** Over whole sections of Holdfast's configuration, `server` key by key. */
  readonly config?: Parameters<typeof configText>[2]
  /** Response headers of the application. */
  readonly appHeaders?: Readonly<Record<string, string>>
}

export interface Lab {
  readonly parties: Parties
  readonly envoy: TestEnvoy
  readonly configFile: string
  readonly holdfastPort: number
  holdfast(): RunningHoldfast
  /** Starts it again on the same file and address. */
  restartHoldfast(): Promise<void>
  port(listener: string): number
  authority(listener: string): string
  /** Where to connect: with TLS as the listener has it, without a client certificate. */
  where(listener: string): Where
  /** What reached the application, oldest first. */
  readonly reached: Echo[]
  /** Lines of a listener's access log. */
  accessLog(listener: string): Record<string, unknown>[]
  stop(): Promise<void>
}

export async function startLab(wishes: LabWishes): Promise<Lab> {
  const stops: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    return await start(wishes, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(wishes: LabWishes, stops: (() => unknown)[], stop: () => Promise<void>): Promise<Lab> {
  const parties = await makeParties()
  stops.push(parties.forget)
  const ports = new Map<string, number>()
  for (const { name } of wishes.listeners) ports.set(name, await freePort())
  const [holdfastPort, holdfastAdmin, envoyAdmin] = [await freePort(), await freePort(), await freePort()]
  const port = (name: string): number => ports.get(name) ?? Number.NaN
  const authority = (name: string): string => `localhost:${port(name)}`

  const reached: Echo[] = []
  const app = await startApp(reached, wishes.appHeaders ?? {})
  stops.push(app.stop)

  const configFile = parties.write(
    'holdfast.yaml',
    configText({ grpc: holdfastPort, admin: holdfastAdmin }, wishes.routes(authority), wishes.config),
  )
  let holdfast = await startServing(configFile, holdfastAdmin)
  stops.push(() => holdfast.stop())

  const listeners = wishes.listeners.map((wish) => ({ wish, port: port(wish.name) }))
  const envoy = await startEnvoy({
    config: envoyConfig(parties.dir, { listeners, holdfastPort, envoyAdmin, appPort: app.port }),
    name: 'lab',
  })
  stops.push(envoy.stop)

  return {
    parties,
    envoy,
    configFile,
    holdfastPort,
    holdfast: () => holdfast,
    async restartHoldfast() {
      await holdfast.stop()
      holdfast = await startServing(configFile, holdfastAdmin)
    },
    port,
    authority,
    where(name) {
      const plain = (wishes.listeners.find((wish) => wish.name === name)?.tls ?? 'plain') === 'plain'
      return { port: port(name), tls: plain ? undefined : { ca: parties.ca.certificatePem } }
    },
    reached,
    accessLog: (name) => readLines(join(parties.dir, `${name}.log`)),
    stop,
  }
}

async function startApp(reached: Echo[], headers: Readonly<Record<string, string>>) {
  const port = await freePort()
  const server = createServer({ maxHeaderSize: 4_194_304 }, (request, response) => {
    const echo: Echo = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headersDistinct as Record<string, string[]>,
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      reached.push(echo)
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify({ ...echo, body: Buffer.concat(chunks).toString() }))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Far beyond what a busy machine takes: the short times of envoy/ are not what is tried here. */
const PATIENCE = '10s'

interface EnvoyWorld {
  readonly listeners: readonly { readonly wish: ListenerWish; readonly port: number }[]
  readonly holdfastPort: number
  readonly envoyAdmin: number
  readonly appPort: number
}

function envoyConfig(dir: string, { listeners, holdfastPort, envoyAdmin, appPort }: EnvoyWorld): string {
  const config = parse(readShape('sidecar').replaceAll('/etc/envoy/tls', dir)) as Node
  config['admin'].address.socket_address.port_value = envoyAdmin
  const { static_resources: resources } = config as { static_resources: Node }
  const [listener] = resources['listeners'] as [Node]
  const [authzCluster, appCluster] = resources['clusters'] as [Node, Node]
  for (const one of [authzCluster, appCluster]) one['connect_timeout'] = PATIENCE
  authzCluster['health_checks'][0].timeout = PATIENCE
  const clusters = new Map<string, Node>()
  const cluster = (base: Node, to: number): string => {
    const name = `${base['name']}-${to}`
    clusters.set(name, withPort({ ...structuredClone(base), name }, to))
    return name
  }
  resources['listeners'] = listeners.map(({ wish, port }) => {
    const { authorizerPort = holdfastPort, http2AppPort } = wish
    const app = cluster(appCluster, http2AppPort ?? appPort)
    if (http2AppPort !== undefined) {
      const options = authzCluster['typed_extension_protocol_options']
      clusters.set(app, { ...clusters.get(app), typed_extension_protocol_options: options })
    }
    return ownListener(structuredClone(listener), wish, port, cluster(authzCluster, authorizerPort), app, dir)
  })
  resources['clusters'] = [...clusters.values()]
  return stringify(config, { aliasDuplicateObjects: false })
}

function withPort(cluster: Node, port: number): Node {
  cluster['load_assignment'].endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value = port
  return cluster
}

function ownListener(
  listener: Node,
  wish: ListenerWish,
  port: number,
  authorizer: string,
  app: string,
  dir: string,
): Node {
  listener['name'] = wish.name
  listener['address'].socket_address.port_value = port
  const [chain] = listener['filter_chains'] as [Node]
  const tls = wish.tls ?? 'plain'
  if (tls === 'plain') delete chain['transport_socket']
  else chain['transport_socket'].typed_config.require_client_certificate = tls === 'mutual'
  const manager = chain['filters'][0].typed_config as Node
  manager['stat_prefix'] = wish.name
  manager['access_log'][0].typed_config.path = join(dir, `${wish.name}.log`)
  manager['route_config'].virtual_hosts[0].routes[0].route.cluster = app
  const authz = manager['http_filters'][0].typed_config as Node
  authz['grpc_service'].envoy_grpc.cluster_name = authorizer
  authz['grpc_service'].timeout = PATIENCE
  wish.authz?.(authz)
  wish.manager?.(manager)
  return listener
}

function readLines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
