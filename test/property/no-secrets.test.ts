/**
 * Rule 11 over a whole process at its most talkative: secrets are planted in honest and hostile requests of every kind, and
 * not a piece of one may stand in anything that the process writes. The parts have their own test in secrets.test.ts, the
 * ledger, its console and its cases in test/integration/ledger-privacy.test.ts.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigningKey } from '../../src/drill/mint.ts'
import { type CheckClient, type CheckRequest, encodeCheckRequest, makeCheckClient } from '../support/envoy-messages.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { configText, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { KINDS, type Planter, sendPlanted, wishes } from '../support/planted-requests.ts'
import { PIECE, piecesIn } from '../support/planted-secrets.ts'
import { freePort } from '../support/ports.ts'
import { type RunningHoldfast, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
/** Not more than the log takes in one go: what is left out of it could not be looked at. */
const REQUESTS = 110

let parties: Parties
let receiver: OtlpReceiver
let ports: { grpc: number; admin: number }
let holdfast: RunningHoldfast
let client: CheckClient
let planter: Planter
/** All that the process wrote anywhere but to its streams. */
const written: string[] = []
const planted = new Set<string>()

beforeAll(async () => {
  parties = await makeParties()
  receiver = await startOtlpReceiver()
  ports = { grpc: await freePort(), admin: await freePort() }
  const clientSecret = plant(`cs.${random(24)}`)
  parties.write('client-secret', clientSecret)
  parties.write('nonce-secret', plant(random(32)))
  holdfast = await startServing(parties.write('holdfast.yaml', config()), ports.admin)
  client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  const { key, jwk } = await newSigningKey('ES256')
  const { token } = await makeHolder(parties, { cnf: { jkt: key.thumbprint } })
  planter = {
    authority: AUTHORITY,
    parties,
    holder: { key, token: plant(token) },
    privatePart: plant(jwk.d ?? ''),
    plant,
    send: (request, other) => send(request, other ?? clientSecret),
  }
}, 60_000)

afterAll(async () => {
  client?.close()
  await holdfast?.stop()
  await receiver?.stop()
  parties?.forget()
}, 60_000)

function config(more: Readonly<Record<string, unknown>> = {}): string {
  const routes = [
    routeOf('api', AUTHORITY, '/', { nonce: 'required', cors: true }),
    routeOf('watched', AUTHORITY, '/watched', { mode: 'observe' }),
    routeOf('off', AUTHORITY, '/off', { mode: 'off' }),
  ]
  return configText(ports, routes, {
    server: { clientSecret: 'file:client-secret', deadlineMs: 5_000 },
    log: { level: 'debug', decisions: 'all' },
    audit: { file: 'audit.jsonl', stdout: true, otlp: { endpoint: receiver.logsUrl }, decisions: 'all' },
    peers: { trustDomains: ['example.org'], forwardedClientCert: { from: 'envoy' } },
    ...more,
  })
}

function plant(secret: string): string {
  planted.add(secret)
  return secret
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** The nonce in the answer is for whom it is handed to; that it stands nowhere else is what is looked at. */
async function send(request: CheckRequest, clientSecret: string): Promise<string | undefined> {
  const metadata = { 'x-holdfast-client-secret': clientSecret }
  const response = await client.check(encodeCheckRequest(request), { metadata, deadlineMs: 20_000 })
  const headers = [
    ...(response.denied_response?.headers ?? []),
    ...(response.ok_response?.response_headers_to_add ?? []),
  ]
  const nonce = headers.find(({ header }) => header.key === 'dpop-nonce')?.header.value
  const text = JSON.stringify(response)
  written.push(nonce === undefined ? text : text.replace(plant(nonce), ''))
  return nonce
}

function leaked(text: string): string[] {
  return piecesIn(text, planted)
}

describe('rule 11 everything that a process writes', () => {
  it('holds no piece of a token, proof, nonce, secret or key, whatever is sent', async () => {
    for (const kind of KINDS) {
      await sendPlanted(planter, { kind, secret: random(32), before: '', after: '', place: 1, path: '/' })
    }
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        await sendPlanted(planter, wish)
        expect(leaked(written.slice(-3).join('\n'))).toEqual([])
      }),
      { numRuns: REQUESTS, endOnFailure: true },
    )

    // A secret written where only its place belongs, and one that is not good enough.
    const faults = () => holdfast.logged('the changed configuration is not taken up').length
    parties.write('holdfast.yaml', config({ nonce: { secret: plant(random(24)) } }))
    await until('the fault is told', () => faults() > 0)
    const before = faults()
    parties.write('nonce-secret', plant(random(16)))
    parties.write('holdfast.yaml', config())
    await until('the fault is told', () => faults() > before)
    for (const page of ['/metrics', '/config', '/readyz', `/${plant(randomUUID())}`]) {
      written.push((await holdfast.page(page)).body)
    }

    await holdfast.stop()
    const audit = readFileSync(`${parties.dir}/audit.jsonl`, 'utf8')
    const collected = receiver.bodies.join('\n')
    const everything = [...written, holdfast.stdout(), holdfast.stderr(), audit, collected].join('\n')
    expect(leaked(everything)).toEqual([])
    // What was looked at is what there is to see.
    const decisions = holdfast.logged('decision')
    expect(decisions.length).toBeGreaterThan(REQUESTS)
    for (const place of [audit, holdfast.stdout()]) {
      expect(place.split('"class_uid":6003').length).toBeGreaterThan(REQUESTS)
    }
    expect(receiver.logs().length).toBeGreaterThan(REQUESTS)
    expect(new Set(decisions.map(({ reason }) => reason)).size).toBeGreaterThan(10)
    expect(everything).toContain('holdfast_decisions_total')
    expect(planted.size).toBeGreaterThan(REQUESTS)
  }, 120_000)

  it('would be found: the search sees a piece of a secret', () => {
    const [secret = ''] = planted
    expect(leaked(`...${secret.slice(3, 3 + PIECE)}...`)).toEqual([secret.slice(3, 3 + PIECE)])
    expect(leaked(`...${secret.slice(3, 2 + PIECE)}...`)).toEqual([])
  })
})
