/** A process under more than it can take, and under an attacker who never sends the same twice. */
import { generateKeyPairSync, hash, randomBytes, randomUUID, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, askHonest, checkOf } from '../support/checks.ts'
import { type CheckClient, makeCheckClient } from '../support/envoy-messages.ts'
import { hang, serve, startJwksServer } from '../support/jwks-server.ts'
import {
  AUDIENCE,
  configText,
  type Holder,
  ISSUER,
  jwksOf,
  makeHolder,
  makeParties,
  nowSeconds,
  type Parties,
  routeOf,
} from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RunningHoldfast, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'

let parties: Parties
let jwks: Awaited<ReturnType<typeof startJwksServer>>
let holdfast: RunningHoldfast
let client: CheckClient

beforeEach(async () => {
  parties = await makeParties()
  jwks = await startJwksServer(serve(jwksOf(parties.issuerKey)))
})
afterEach(async () => {
  client?.close()
  await holdfast?.stop()
  await jwks?.close()
  parties?.forget()
})

async function start(server: Readonly<Record<string, unknown>>): Promise<void> {
  const ports = { grpc: await freePort(), admin: await freePort() }
  const issuers = [{ issuer: ISSUER, keys: { jwksUri: jwks.url, insecureHttp: true } }]
  const text = configText(ports, [routeOf('api', AUTHORITY, '/')], { server, issuers, log: { decisions: 'denied' } })
  holdfast = await startServing(parties.write('holdfast.yaml', text), ports.admin)
  client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
}

function json(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Looks like a token of the issuer, by a key that nobody knows. */
function strangeToken(header: object, claims: object = {}): string {
  const now = nowSeconds()
  const payload = { iss: ISSUER, aud: AUDIENCE, sub: 'x', client_id: 'x', iat: now, exp: now + 60, jti: 'x', ...claims }
  return `${json({ typ: 'at+jwt', alg: 'ES256', ...header })}.${json(payload)}.${randomBytes(64).toString('base64url')}`
}

function send(token: string, proof?: string) {
  const fields = [
    ['authorization', `DPoP ${token}`] as const,
    ...(proof === undefined ? [] : [['dpop', proof] as const]),
  ]
  return ask(client, checkOf({ authority: AUTHORITY, fields }))
}

describe('more checks than maxConcurrentChecks', () => {
  it('D-E8 the rest is refused at once with 503, counted, and nothing of it is left behind', async () => {
    await start({ maxConcurrentChecks: 2, deadlineMs: 10_000 })
    const holder = await makeHolder(parties)
    expect(await askHonest(client, holder, { authority: AUTHORITY })).toMatchObject({ allowed: true })
    // A token with an unknown kid waits for the one refresh of the key set, which never comes.
    jwks.behave(hang)
    const order: string[] = []
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const answer = await send(strangeToken({ kid: randomUUID() }))
        order.push(answer.reason ?? '')
        return answer
      }),
    )
    const shed = answers.filter(({ reason }) => reason === 'deadline_exceeded')
    expect(shed.length).toBeGreaterThan(0)
    expect(await holdfast.metric('holdfast_checks_shed_total')).toBe(shed.length)
    for (const { allowed, status, response } of shed) {
      expect([allowed, status]).toEqual([false, 503])
      const names = response.denied_response?.headers?.map(({ header }) => header.key)
      expect(names).toContain('retry-after')
    }
    // Those that waited came after the first that were turned away.
    expect(order[0]).toBe('deadline_exceeded')
    expect(await holdfast.metric('holdfast_checks_in_flight')).toBe(0)
    expect(await askHonest(client, holder, { authority: AUTHORITY })).toMatchObject({ allowed: true })
  })
})

describe('an attacker who never sends the same twice', () => {
  const EACH = 10_000
  const AT_ONCE = 48

  it('10,000 keys, kids and issuers: honest traffic is unharmed, memory and metrics stay bounded', async () => {
    await start({ deadlineMs: 10_000 })
    const holder = await makeHolder(parties)
    const stolen = await makeHolder(parties)
    const attacks = [
      () => send(strangeToken({ kid: randomUUID() })),
      () => send(strangeToken({ kid: 'x' }, { iss: `https://${randomUUID()}.example` })),
      () => send(stolen.token, proofByFreshKey(stolen)),
    ]
    const series = await seriesCount()

    let left = attacks.length * EACH
    let refused = 0
    const reasons = new Map<string, number>()
    const attacker = async (): Promise<void> => {
      while (left > 0) {
        const attack = attacks[left-- % attacks.length]
        const answer = await attack?.()
        if (answer?.allowed === false) refused++
        reasons.set(answer?.reason ?? '', (reasons.get(answer?.reason ?? '') ?? 0) + 1)
      }
    }
    let honest = 0
    const workload = async (): Promise<void> => {
      let nonce: string | undefined
      while (left > 0) {
        const answer = await askHonest(client, holder, { authority: AUTHORITY }, nonce)
        expect(answer).toMatchObject({ allowed: true })
        nonce = answer.nonce ?? nonce
        honest++
      }
    }
    await Promise.all([workload(), ...Array.from({ length: AT_ONCE }, attacker)])

    expect(refused).toBe(attacks.length * EACH)
    expect(honest).toBeGreaterThan(100)
    expect(['issuer_untrusted', 'keys_unavailable', 'proof_key_mismatch', 'token_signature']).toEqual(
      expect.arrayContaining([...reasons.keys()]),
    )
    expect(reasons.get('proof_key_mismatch')).toBe(EACH)
    expect(reasons.get('issuer_untrusted')).toBe(EACH)
    // C14: one cool-down, one fetch; the first was the start.
    expect(jwks.requests.length).toBeLessThanOrEqual(3)
    expect(await seriesCount()).toBe(series)
    // Only honest proofs are remembered.
    expect(await holdfast.metric('holdfast_replay_entries')).toBeLessThanOrEqual(honest)
    // Without V8 flags a process settles here near 360 MB, 60 of them live, however long this goes on.
    expect(await holdfast.metric('process_resident_memory_bytes')).toBeLessThan(512 * 1_048_576)
    // The log has a rate, and says what it left out.
    await until('the log says what it left out', () => holdfast.logged('decisions left out of the log').length > 0)
    expect(holdfast.logged('decision').length).toBeLessThan(EACH)
  }, 120_000)

  /** By node:crypto alone: 10,000 keys must not take longer to make than to refuse. */
  function proofByFreshKey({ token }: Holder): string {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
    const claims = {
      jti: randomUUID(),
      htm: 'GET',
      htu: `https://${AUTHORITY}/`,
      iat: nowSeconds(),
      ath: hash('sha256', token, 'base64url'),
    }
    const signed = `${json({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })}.${json(claims)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }

  async function seriesCount(): Promise<number> {
    const { body } = await holdfast.page('/metrics')
    return body.split('\n').filter((line) => line.startsWith('holdfast_')).length
  }
})
