/**
 * Every state of Redis under every `onStoreOutage`, on two real replicas: what is answered, how fast, what it costs an honest
 * client and what an attacker gets. The rows are docs/outages.md: `HOLDFAST_WRITE_DOCS=1` writes them, otherwise they are held
 * against it (times apart, which are of one run).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ask, askHonest, checkOf, type Verdict } from '../support/checks.ts'
import { type CheckClient, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, proofOf, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { startRedis } from '../support/redis.ts'
import { OUTAGES, PASSWORD } from '../support/redis-outages.ts'
import { type RunningHoldfast, startServing, until } from '../support/running-holdfast.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const PAGE = new URL('../../docs/outages.md', import.meta.url)
const POLICIES = ['deny', 'insecureMemory', 'insecureAllow'] as const
type Policy = (typeof POLICIES)[number]
const AUTHORITY = 'api.example.com'
const COMMAND_TIMEOUT_MS = 20
/** Our own deadline: whatever Redis does, nobody waits longer. */
const DEADLINE_MS = 150
const REQUESTS = 60

/** What each policy means; how it was reached stands in docs/fence.md. */
const EXPECTED: Record<Policy, Pick<Row, 'honest' | 'before' | 'again' | 'elsewhere' | 'after'>> = {
  deny: { honest: '503', before: '503', again: '503', elsewhere: '503', after: 'refused' },
  insecureMemory: {
    honest: 'nonce, then passes',
    before: 'refused',
    again: 'refused',
    elsewhere: 'passes once',
    after: 'refused',
  },
  insecureAllow: { honest: 'passes', before: 'passes', again: 'passes', elsewhere: 'passes', after: 'refused' },
}

interface Row {
  readonly state: string
  readonly policy: Policy
  readonly honest: string
  /** A proof that was used before the outage. */
  readonly before: string
  /** One that was used in it: at the same replica, at the other, and at both after the return. */
  readonly again: string
  readonly elsewhere: string
  readonly after: string
  readonly p99Ms: number
}

interface Replica {
  readonly holdfast: RunningHoldfast
  readonly client: CheckClient
}

let parties: Parties
let holder: Holder
const rows: Row[] = []

beforeAll(async () => {
  parties = await makeParties()
  parties.write('redis-password', PASSWORD)
  holder = await makeHolder(parties)
})
afterAll(() => parties?.forget())

async function replicaOn(port: number, name: string): Promise<Replica> {
  const ports = { grpc: await freePort(), admin: await freePort() }
  const routes = POLICIES.map((policy) => routeOf(policy, AUTHORITY, `/${policy}`, { onStoreOutage: policy }))
  const redis = {
    url: `redis://127.0.0.1:${port}`,
    password: 'file:redis-password',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
  }
  const server = { deadlineMs: DEADLINE_MS }
  const log = { decisions: 'none' }
  const file = parties.write(
    `${name}.yaml`,
    configText(ports, routes, { store: { kind: 'redis', redis }, server, log }),
  )
  const holdfast = await startServing(file, ports.admin)
  const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  onTestFinished(async () => {
    client.close()
    await holdfast.stop()
  })
  return { holdfast, client }
}

const honest = (at: Replica, policy: Policy, nonce?: string): Promise<Verdict> =>
  askHonest(at.client, holder, { authority: AUTHORITY, path: `/${policy}` }, nonce)

/** A request that can be sent again. */
async function recorded(policy: Policy, nonce: string | undefined) {
  const path = `/${policy}`
  const proof = await proofOf(holder, 'GET', `https://${AUTHORITY}${path}`, nonce)
  const fields = [['authorization', `DPoP ${holder.token}`] as const, ['dpop', proof] as const]
  const request = checkOf({ authority: AUTHORITY, path, fields })
  return (at: Replica): Promise<Verdict> => ask(at.client, request)
}

function wordOf({ allowed, status }: Verdict): string {
  return allowed ? 'passes' : status === 503 ? '503' : 'refused'
}

/** What an honest client sees, with the times of its single Checks. */
async function honestClient(
  at: Replica,
  policy: Policy,
  known: string | undefined,
): Promise<{ honest: string; timesMs: number[]; nonce?: string }> {
  const words: string[] = []
  const timesMs: number[] = []
  let nonce = known
  for (let i = 0; i < REQUESTS; i++) {
    const send = await recorded(policy, nonce)
    const startMs = performance.now()
    const verdict = await send(at)
    timesMs.push(performance.now() - startMs)
    nonce = verdict.nonce ?? nonce
    const word = verdict.reason?.startsWith('nonce_') ? 'nonce' : wordOf(verdict)
    if (words.at(-1) !== word) words.push(word)
  }
  return { honest: words.join(', then '), timesMs, ...(nonce !== undefined && { nonce }) }
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN
}

describe.each(OUTAGES)('Redis $name', ({ name, enter, leave }) => {
  it('A17 answers as each route says, in time, and nothing that was used passes behind it', async () => {
    const server = await startRedis({ args: ['--requirepass', PASSWORD], admin: { password: PASSWORD } })
    onTestFinished(() => server.stop())
    const proxy = await startTcpProxy(server.port)
    onTestFinished(() => proxy.stop())
    const [one, two] = await Promise.all([replicaOn(proxy.port, 'one'), replicaOn(proxy.port, 'two')])
    const before = new Map<Policy, (at: Replica) => Promise<Verdict>>()
    let known: string | undefined
    for (const policy of POLICIES) {
      known = (await honest(one, policy)).nonce
      const send = await recorded(policy, known)
      expect((await send(one)).reason).toBe('ok')
      before.set(policy, send)
    }

    await enter(server, proxy)
    const seen = new Map<Policy, Row>()
    const used = new Map<Policy, (at: Replica) => Promise<Verdict>>()
    for (const policy of POLICIES) {
      const { honest: word, timesMs, nonce: first } = await honestClient(one, policy, known)
      // Both know of the outage; the nonce is younger than it.
      const { nonce = first } = await honest(two, policy)
      const send = await recorded(policy, nonce)
      const passed = (await send(one)).allowed
      const again = wordOf(await send(one))
      const elsewhere = [wordOf(await send(two)), wordOf(await send(two))]
      used.set(policy, send)
      seen.set(policy, {
        state: name,
        policy,
        honest: word,
        before: wordOf((await before.get(policy)?.(one)) as Verdict),
        again,
        elsewhere: elsewhere[0] === 'passes' && elsewhere[1] === 'refused' ? 'passes once' : (elsewhere[1] ?? ''),
        after: '',
        p99Ms: percentile(timesMs, 0.99),
      })
      expect(passed, `${policy}: the first use`).toBe(policy !== 'deny')
    }
    for (const replica of [one, two]) expect(await replica.holdfast.metric('holdfast_store_degraded')).toBe(1)

    await leave(server, proxy)
    const backMs = performance.now()
    await until(
      'both serve',
      async () => (await honest(one, 'deny')).allowed && (await honest(two, 'deny')).allowed,
      3_000,
    )
    expect(performance.now() - backMs).toBeLessThan(2_000)
    for (const policy of POLICIES) {
      // What `deny` refused was not used: it may pass, once.
      const send = policy === 'deny' ? before.get(policy) : used.get(policy)
      const words = [one, two, one].map(async (at) => wordOf((await send?.(at)) as Verdict))
      const row = { ...(seen.get(policy) as Row), after: [...new Set(await Promise.all(words))].join(', ') }
      const { state, policy: _, p99Ms, ...answers } = row
      expect(answers, `${state}, ${policy}`).toEqual(EXPECTED[policy])
      expect(p99Ms, `${state}, ${policy}: p99`).toBeLessThan(DEADLINE_MS)
      rows.push(row)
    }
    for (const choice of ['insecureMemory', 'insecureAllow']) {
      expect(await one.holdfast.metric('holdfast_insecure_allows_total', { choice })).toBeGreaterThan(0)
    }
    await until('the gauge is back', async () => (await one.holdfast.metric('holdfast_store_degraded')) === 0, 3_000)
  }, 60_000)
})

describe('docs/outages.md', () => {
  it('has what was seen', () => {
    const head = [
      'Redis',
      '`onStoreOutage`',
      'honest client',
      'proof used before',
      'used meanwhile, again',
      'at another replica',
      'after the return',
      'p99',
    ]
    const lines = rows.map(({ state, policy, honest: word, before, again, elsewhere, after, p99Ms }) => {
      return [state, `\`${policy}\``, word, before, again, elsewhere, after, `${p99Ms.toFixed(1)} ms`]
    })
    const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
    const page = readFileSync(PAGE, 'utf8')
    const [, start = '', old = '', end = ''] =
      /^([\s\S]*<!-- table -->\n)([\s\S]*?)(\n<!-- end -->[\s\S]*)$/.exec(page) ?? []
    expect(start).not.toBe('')
    if (process.env['HOLDFAST_WRITE_DOCS'] === '1') writeFileSync(PAGE, start + table + end)
    else expect(withoutTimes(old)).toBe(withoutTimes(table))
  })
})

function withoutTimes(table: string): string {
  return table.replaceAll(/[0-9.]+ ms/g, '… ms')
}
