/**
 * A whole deployment under a real Prometheus: Envoy in front, Holdfast with two workers behind it, Redis, and clients of which
 * some are honest and some attack. For the tests of rules and dashboards, and for the pictures of the latter.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { RULES_FILE } from '../../scripts/monitoring/files.ts'
import { mintProof } from '../../src/drill/mint.ts'
import type { RuleGroup } from '../../src/monitoring/rule.ts'
import { sendHonest } from '../support/honest.ts'
import { type Lab, type ListenerWish, startLab } from '../support/lab.ts'
import { type Holder, makeHolder, nowSeconds, proofOf, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RunningPrometheus, startPrometheus } from '../support/prometheus.ts'
import { sendRaw } from '../support/raw-http.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { runCommand, until } from '../support/running-holdfast.ts'
import { workersOf } from '../support/workers.ts'

export interface MonitoredWorld {
  readonly prometheus: RunningPrometheus
  readonly startSeconds: number
  /** Requests of all kinds for so long. */
  traffic(seconds: number): Promise<void>
  /** What can go wrong does, while requests go on: Redis, the configuration, a worker, the filter of Envoy. */
  trouble(): Promise<void>
  stop(): Promise<void>
}

const LISTENERS = async (): Promise<readonly ListenerWish[]> => [
  { name: 'front' },
  // Nobody answers there, and Envoy lets pass: what envoy/ never does.
  {
    name: 'open',
    authorizerPort: await freePort(),
    authz: (authz) => {
      authz['failure_mode_allow'] = true
    },
  },
  {
    name: 'leaving-out',
    authz: (authz) => {
      authz['filter_enabled'] = { default_value: { numerator: 0, denominator: 'HUNDRED' } }
    },
  },
]

export async function startMonitoredWorld(): Promise<MonitoredWorld> {
  const stops: (() => unknown)[] = []
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
  }
  try {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    stops.push(redis.stop)
    const lab = await startLab({
      listeners: await LISTENERS(),
      routes: (authority) => routesOf(authority('front')),
      config: {
        server: { workers: 2, deadlineMs: 1_000 },
        store: { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 100 } },
        log: { decisions: 'none' },
      },
    })
    stops.push(lab.stop)
    const prometheus = await startPrometheus(
      [
        {
          job: 'holdfast',
          url: `${lab.holdfast().adminUrl}/metrics`,
          labels: { namespace: 'shop', instance: 'holdfast-0' },
        },
        {
          job: 'envoy',
          url: `${lab.envoy.adminUrl}/stats/prometheus`,
          labels: { namespace: 'shop', instance: 'envoy-0' },
        },
      ],
      eagerRules(),
    )
    stops.push(prometheus.stop)
    const clients = await makeClients(lab)
    return {
      prometheus,
      startSeconds: nowSeconds(),
      traffic: (seconds) => sendFor(seconds, clients),
      trouble: () => makeTrouble(lab, redis, clients),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The committed rules, evaluated as often as there is something new. */
function eagerRules(): string {
  const { groups } = parse(readFileSync(RULES_FILE, 'utf8')) as { groups: readonly RuleGroup[] }
  return stringify({ groups: groups.map(({ name, rules }) => ({ name, rules })) }, { lineWidth: 0 })
}

function routesOf(authority: string) {
  return [
    routeOf('public', authority, '/public', { mode: 'off' }),
    routeOf('legacy', authority, '/legacy', { mode: 'observe' }),
    routeOf('cart', authority, '/cart', { onStoreOutage: 'insecureMemory' }),
    routeOf('payments', authority, '/payments'),
  ]
}

/** What one kind of client does once; `weight` is how often among the others. */
interface Client {
  readonly weight: number
  send(): Promise<unknown>
}

async function makeClients(lab: Lab): Promise<readonly Client[]> {
  const holder = await makeHolder(lab.parties)
  const thief = await makeHolder(lab.parties)
  const cut = await makeHolder(lab.parties, { sid: 'session-of-the-cut-off' })
  const bearer = await makeHolder(lab.parties, { cnf: undefined })
  const elsewhere = await makeHolder(lab.parties, { aud: 'https://other.example' })
  const revoked = await runCommand(['revoke', 'session', 'session-of-the-cut-off', '--config', lab.configFile])
  if (revoked.code !== 0) throw new Error(`revoke: ${revoked.stderr}`)
  const url = (path: string): string => `https://${lab.authority('front')}${path}`
  const raw = (path: string, ...fields: readonly (readonly [string, string])[]) =>
    sendRaw(lab.where('front'), { target: path, fields })
  const honest =
    (path: string, who: Holder = holder) =>
    () =>
      sendHonest(lab, 'front', who, { target: path })
  const withProof = (proof: string, who: Holder) =>
    raw('/payments', ['Authorization', `DPoP ${who.token}`], ['DPoP', proof])
  return [
    { weight: 10, send: honest('/payments/1') },
    { weight: 6, send: honest('/cart/1') },
    { weight: 4, send: honest('/legacy/1') },
    { weight: 4, send: () => raw('/public/logo') },
    { weight: 1, send: honest('/payments/1', cut) },
    { weight: 1, send: honest('/payments/1', elsewhere) },
    { weight: 2, send: () => raw('/legacy/1', ['Authorization', `Bearer ${bearer.token}`]) },
    { weight: 1, send: () => raw('/legacy/1') },
    // A token out of a log, with and without a key of one's own.
    { weight: 1, send: () => raw('/payments', ['Authorization', `Bearer ${holder.token}`]) },
    {
      weight: 2,
      send: async () =>
        withProof(await proofOf({ token: holder.token, key: thief.key }, 'GET', url('/payments')), holder),
    },
    { weight: 1, send: async () => withProof(await proofOf(holder, 'GET', url('/cart')), holder) },
    { weight: 1, send: async () => withProof(await staleProof(holder, url('/payments')), holder) },
    { weight: 1, send: () => raw('/nowhere') },
    { weight: 2, send: replay },
  ]

  /** A recorded request, sent again. */
  async function replay(): Promise<void> {
    const nonce = await nonceFor(holder)
    const proof = await proofOf(holder, 'GET', url('/payments'), nonce)
    for (let i = 0; i < 3; i++) await withProof(proof, holder)
  }

  async function nonceFor(who: Holder): Promise<string | undefined> {
    const { fields } = await withProof(await proofOf(who, 'GET', url('/payments')), who)
    return fields.find(([name]) => name === 'dpop-nonce')?.[1]
  }
}

function staleProof({ token, key }: Holder, url: string): Promise<string> {
  return mintProof(key, { method: 'GET', url, token, nonce: undefined, iatSeconds: nowSeconds() - 3_600 })
}

const PAUSE_MS = 15
const AT_ONCE = 4

/** Several clients at a time; the rate swells and falls, as by day and night. */
async function sendFor(seconds: number, clients: readonly Client[]): Promise<void> {
  const deck = clients.flatMap(({ weight, send }) => Array.from({ length: weight }, () => send))
  const endMs = performance.now() + seconds * 1000
  const one = async (number: number): Promise<void> => {
    for (let i = number; performance.now() < endMs; i += AT_ONCE) {
      const send = deck[(i * 7) % deck.length]
      await send?.().catch(() => undefined)
      await sleep(PAUSE_MS * (2 + Math.sin(performance.now() / 12_000)))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => one(number)))
}

async function makeTrouble(lab: Lab, redis: RedisServer, clients: readonly Client[]): Promise<void> {
  const holdfast = lab.holdfast()
  const good = readFileSync(lab.configFile, 'utf8')
  const unchecked = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) {
      for (const listener of ['open', 'leaving-out']) await sendRaw(lab.where(listener), { target: '/payments' })
      await sleep(100)
    }
  }
  lab.parties.write('holdfast.yaml', `${good}\nmistyped: true\n`)
  await redis.kill()
  await Promise.all([
    sendFor(6, clients),
    unchecked(),
    until(
      'a refused reload',
      async () => (await holdfast.metric('holdfast_config_reload_total', { outcome: 'failure' })) > 0,
    ),
  ])
  lab.parties.write('holdfast.yaml', good)
  await redis.start()
  const [worker] = await workersOf(holdfast)
  if (worker !== undefined) process.kill(worker.pid, 'SIGKILL')
  await sendFor(6, clients)
  await until(
    'a worker that died was counted',
    async () => (await holdfast.metric('holdfast_worker_exits_total', { outcome: 'died' })) > 0,
  )
  await sendFor(4, clients)
}
