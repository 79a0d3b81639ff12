/**
 * Rule 11 over everything that comes out of the ledger: secrets are planted in honest and hostile requests to a process with a
 * real Redis, and no piece of a token, proof, nonce, key, sid or jti may stand in Redis (as it stands there, and decoded), in a
 * page of the console, a case, the inventory, the audit log, the log or the metrics. One place names a session by its sid or
 * jti, since it has to: the command that cuts it off.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedgerStore } from '../../src/app/ledger/open-store.ts'
import { loadConfig } from '../../src/config/load.ts'
import { newSigningKey } from '../../src/drill/mint.ts'
import type { Case } from '../../src/ledger/case/case.ts'
import { type CheckClient, type CheckRequest, encodeCheckRequest, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { KINDS, type Planter, sendPlanted, type Wish, wishes } from '../support/planted-requests.ts'
import { octetsIn, piecesIn } from '../support/planted-secrets.ts'
import { freePort } from '../support/ports.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { type RunningHoldfast, runCommand, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
const REQUESTS = 40
const PEER = 'spiffe://example.org/client'

const planted = new Set<string>()
/** Of the tokens: the log and the audit log tell them, the ledger does not. */
const hashes = new Set<string>()
/** Each sid and jti, and whether it is by this one that its session is cut off: only there it may be told. */
const handles = new Map<string, boolean>()

let parties: Parties
let redis: RedisServer
let holdfast: RunningHoldfast
let client: CheckClient
let file: string
let consoleSecret: string
let planter: Planter
let thief: Holder

beforeAll(async () => {
  parties = await makeParties()
  redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
  const ports = { grpc: await freePort(), admin: await freePort() }
  consoleSecret = plant(random(24))
  parties.write('console-secret', consoleSecret)
  parties.write('ledger-secret', plant(random(32)))
  parties.write('nonce-secret', plant(random(32)))
  const routes = [
    routeOf('api', AUTHORITY, '/', { nonce: 'required' }),
    routeOf('watched', AUTHORITY, '/watched', { mode: 'observe' }),
    routeOf('off', AUTHORITY, '/off', { mode: 'off' }),
  ]
  const text = configText(ports, routes, {
    server: { deadlineMs: 5_000 },
    store: { kind: 'redis', redis: { url: redis.url, commandTimeoutMs: 200 } },
    log: { level: 'debug', decisions: 'all' },
    audit: { file: 'audit.jsonl', decisions: 'all' },
    console: { enabled: true, secret: 'file:console-secret' },
    ledger: { secret: 'file:ledger-secret' },
  })
  file = parties.write('holdfast.yaml', text)
  holdfast = await startServing(file, ports.admin)
  client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  const { key, jwk } = await newSigningKey('ES256')
  const holder = await ownHolder({ sid: named(random(18), true), cnf: { jkt: key.thumbprint } })
  thief = { ...holder, key: (await makeHolder(parties)).key }
  planter = { authority: AUTHORITY, parties, holder: { ...holder, key }, privatePart: plant(jwk.d ?? ''), plant, send }
})

afterAll(async () => {
  client?.close()
  await holdfast?.stop()
  await redis?.stop()
  parties?.forget()
})

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

function plant(secret: string): string {
  planted.add(secret)
  return secret
}

function named(handle: string, isName: boolean): string {
  handles.set(handle, isName)
  return handle
}

async function ownHolder(claims: Readonly<Record<string, unknown>>): Promise<Holder> {
  const holder = await makeHolder(parties, { jti: named(random(18), !('sid' in claims)), ...claims })
  plant(holder.token)
  hashes.add(createHash('sha256').update(holder.token).digest('hex'))
  return holder
}

async function send(request: CheckRequest): Promise<string | undefined> {
  const response = await client.check(encodeCheckRequest(request), { deadlineMs: 20_000 })
  const headers = [
    ...(response.denied_response?.headers ?? []),
    ...(response.ok_response?.response_headers_to_add ?? []),
  ]
  const nonce = headers.find(({ header }) => header.key === 'dpop-nonce')?.header.value
  return nonce === undefined ? undefined : plant(nonce)
}

const wishOf = (kind: Wish['kind']): Wish => ({ kind, secret: random(32), before: '', after: '', place: 1, path: '/' })

/** Everything that can make a session, a relation or an incident. */
async function fill(): Promise<void> {
  for (const kind of KINDS) await sendPlanted(planter, wishOf(kind))
  for (const kind of ['honest', 'replay'] as const) await sendPlanted({ ...planter, holder: thief }, wishOf(kind))
  // Without a sid the session is the token, and its jti its name.
  const { key } = planter.holder
  const single = await ownHolder({ cnf: { jkt: key.thumbprint }, sub: 'single' })
  await sendPlanted({ ...planter, holder: { ...single, key } }, wishOf('replay'))
  await fc.assert(
    fc.asyncProperty(wishes, (wish) => sendPlanted(planter, wish)),
    { numRuns: REQUESTS, endOnFailure: true },
  )
}

/** Names and values of all keys, as octets. */
async function octetsOfRedis(admin: Redis): Promise<Buffer> {
  const readers: Readonly<Record<string, (key: Buffer) => Promise<unknown>>> = {
    string: (key) => admin.getBuffer(key),
    hash: (key) => admin.callBuffer('hgetall', key),
    zset: (key) => admin.callBuffer('zrange', key, '0', '-1', 'WITHSCORES'),
    list: (key) => admin.lrangeBuffer(key, 0, -1),
    stream: (key) => admin.callBuffer('xrange', key, '-', '+'),
  }
  const all: unknown[] = []
  for (const key of await admin.keysBuffer('*')) {
    const type = await admin.type(key)
    const reader = readers[type]
    if (reader === undefined) throw new Error(`nobody looks into a ${type}`)
    all.push(key, await reader(key))
  }
  const flat = (value: unknown): Buffer[] =>
    Buffer.isBuffer(value) ? [value, Buffer.from('\0')] : Array.isArray(value) ? value.flatMap(flat) : []
  return Buffer.concat(flat(all))
}

/** Sessions, incidents and gaps as whoever holds no secret can decode them. */
async function decoded(): Promise<string> {
  const loaded = await loadConfig(file)
  if (!loaded.ok) throw new Error('must load')
  const store = await openLedgerStore(loaded.config, { redis: undefined }, Date.now)
  try {
    const page = await store.page({ cursor: undefined, limit: 1_000, withinMs: 10_000, wanted: () => true })
    const incidents = await store.recentIncidents(1_000, undefined)
    const gaps = await store.gaps()
    if (!page.ok || !incidents.ok || !gaps.ok) throw new Error('must be read')
    const { sessions, cursor, corrupt } = page.value
    expect([cursor, corrupt, sessions.length >= 2, incidents.value.found.length >= 3]).toEqual([
      undefined,
      0,
      true,
      true,
    ])
    expect(new Set(incidents.value.found.map((one) => one.class)).size).toBeGreaterThanOrEqual(2)
    return JSON.stringify([sessions, incidents.value.found, gaps.value])
  } finally {
    await store.close()
  }
}

async function consoleText(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${consoleSecret}` }
  const response = await fetch(`${holdfast.adminUrl}/console/${path}`, { headers })
  expect([path, response.status]).toEqual([path, 200])
  return response.text()
}

async function commandText(...args: string[]): Promise<string> {
  // In front of what may stand behind `--`.
  const [name = '', ...rest] = args
  const { code, stdout, stderr } = await runCommand([name, '--config', file, ...rest])
  expect([args, code, stderr]).toEqual([args, 0, ''])
  return stdout
}

/** The commands that the case prints: there a session has its name. */
function withoutCommands(text: string): string {
  return text.replaceAll(/holdfast revoke [^\n<"`]*/g, '')
}

describe('rule 11 everything that the ledger keeps and shows', () => {
  it('holds no piece of a token, proof, nonce, key, sid or jti, but the name of a session in the command that cuts it off', async () => {
    await fill()
    const key = planter.holder.key.thumbprint
    const questions = [
      ['subject', 'user-1'],
      ['subject', 'single'],
      ['key', key],
      ['client', PEER],
      ['peer', PEER],
    ] as const
    const caseOf = async (kind: string, value: string): Promise<Case> =>
      JSON.parse(await consoleText(`api/case?kind=${kind}&value=${encodeURIComponent(value)}`)) as Case
    await until('all is written', async () => {
      const { sessions, incidents } = await caseOf('key', key)
      return sessions.length >= 2 && incidents.length >= 3 && (await holdfast.metric('holdfast_ledger_queue')) === 0
    })

    const shown: string[] = []
    const cases: string[] = []
    for (const path of ['', 'sessions', 'sessions?unbound=1', 'api/incidents?limit=500', 'api/sessions?limit=1000']) {
      shown.push(await consoleText(path))
    }
    for (const [kind, value] of questions) {
      const query = `case?kind=${kind}&value=${encodeURIComponent(value)}`
      cases.push(await consoleText(query), await consoleText(`api/${query}`))
    }
    for (const form of [[], ['--json'], ['--markdown']])
      cases.push(await commandText('investigate', ...form, '--', 'key', key))
    shown.push(await commandText('sessions'), await commandText('sessions', '--json'))
    for (const page of ['metrics', 'readyz', 'config']) shown.push((await holdfast.page(`/${page}`)).body)
    const octets = await octetsOfRedis(redis.admin())
    shown.push(await decoded())
    await holdfast.stop()
    expect(piecesIn([...shown, ...cases].join('\n'), hashes)).toEqual([])
    shown.push(holdfast.stdout(), holdfast.stderr(), readFileSync(`${parties.dir}/audit.jsonl`, 'utf8'))

    const everything = [...shown, ...cases.map(withoutCommands)].join('\n')
    const secrets = [...planted, ...handles.keys()]
    expect(piecesIn(everything, secrets)).toEqual([])
    expect(octetsIn(octets, [...secrets, ...hashes])).toEqual([])
    expect(piecesIn(cases.join('\n'), planted)).toEqual([])

    // What was looked at is what there is to see, and the search sees it.
    for (const [handle, isName] of handles) expect(cases.join('\n').includes(handle)).toBe(isName)
    expect(octets.length).toBeGreaterThan(2_000)
    expect(everything).toContain('"class_uid":2004')
    expect(everything).toContain('holdfast_incidents_total')
    const [secret = ''] = planted
    expect(octetsIn(Buffer.concat([octets, Buffer.from(secret)]), [secret])).toEqual([secret])
    expect(octetsIn(Buffer.concat([octets, createHash('sha256').update(secret).digest()]), [secret])).toEqual([secret])
  }, 120_000)
})
