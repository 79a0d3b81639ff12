/**
 * Public DPoP clients of two languages, each as its users have it, through a real Envoy with TLS: what they sign is what we
 * expect, and what we answer is what they understand.
 */
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProofAlgorithm } from '../../src/check/proof/proof-algorithms.ts'
import { newSigningKey } from '../../src/drill/mint.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { makeHolder, nowSeconds, routeOf } from '../support/parties.ts'
import { until } from '../support/running-holdfast.ts'
import { JAVASCRIPT_CLIENTS } from './clients/javascript-clients.ts'
import type { Call, Credentials, Outcome } from './clients/public-client.ts'
import { PYTHON_CLIENT } from './clients/python-client.ts'

const PORTS = ['one', 'other'] as const
const PROOF = {
  algorithms: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'],
  futureSkewSeconds: 0,
}

let lab: Lab
const usualAuthorities = getCACertificates('default')

beforeAll(async () => {
  lab = await startLab({
    listeners: PORTS.map((name) => ({ name, tls: 'server' })),
    routes: (authority) =>
      PORTS.flatMap((name) => [
        routeOf(`${name}/offered`, authority(name), '/', { proof: PROOF }),
        routeOf(`${name}/required`, authority(name), '/required', { proof: PROOF, nonce: 'required' }),
        routeOf(`${name}/off`, authority(name), '/off', { proof: PROOF, nonce: 'off' }),
      ]),
  })
  setDefaultCACertificates([...usualAuthorities, lab.parties.ca.certificatePem])
  const fence = await lab.holdfast().metric('holdfast_replay_fence_timestamp_seconds')
  await until('a proof of now is behind the fence', () => nowSeconds() > fence)
})
afterAll(async () => {
  setDefaultCACertificates(usualAuthorities)
  await lab?.stop()
})

const url = (path: string, port: (typeof PORTS)[number] = 'one'): string => `https://${lab.authority(port)}${path}`
const get = (path: string): Call => ({ method: 'GET', url: url(path) })

async function newCredentials(algorithm: ProofAlgorithm, claims: Record<string, unknown> = {}): Promise<Credentials> {
  const { key, jwk } = await newSigningKey(algorithm)
  const { token } = await makeHolder(lab.parties, { cnf: { jkt: key.thumbprint }, ...claims })
  return { jwk, algorithm, token, caFile: join(lab.parties.dir, 'ca.crt') }
}

const statuses = ({ exchanges }: Outcome): number[] => exchanges.map(({ status }) => status)

function received({ body }: Outcome): { method: string; path: string; body: string } {
  return JSON.parse(body ?? '{}')
}

describe.each([...JAVASCRIPT_CLIENTS, PYTHON_CLIENT])('$name', (client) => {
  const run = async (calls: readonly Call[], together = false) =>
    client.run(await newCredentials(client.algorithms[0]), calls, together)

  it('A11 GET with a query, POST with a body, another port: each passes, and arrives as it was meant', async () => {
    const outcomes = await run([
      get('/things?order=new&page=2'),
      { method: 'POST', url: url('/things?dry=1'), body: 'a=1&b=2' },
      { method: 'DELETE', url: url('/things/7') },
      { method: 'GET', url: url('/things', 'other') },
      get('/'),
    ])
    expect(outcomes.map(({ error }) => error)).toEqual(outcomes.map(() => undefined))
    expect(outcomes.map(received)).toMatchObject([
      { method: 'GET', path: '/things?order=new&page=2' },
      { method: 'POST', path: '/things?dry=1', body: 'a=1&b=2' },
      { method: 'DELETE', path: '/things/7' },
      { method: 'GET', path: '/things' },
      { method: 'GET', path: '/' },
    ])
  })

  it.each([
    ['/a%20b/c', '/a%20b/c'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/caf%c3%a9', expect.stringMatching(/^\/caf%c3%a9$/i)],
    ['/%7Euser', expect.stringMatching(/^\/(?:%7E|~)user$/)],
    ['/café/ünï?ä=ö', expect.stringMatching(/^\/caf%C3%A9\/%C3%BCn%C3%AF\?/)],
    ['/日本語', '/%E6%97%A5%E6%9C%AC%E8%AA%9E'],
    ['/a/./b/../c', '/a/c'],
    ['/a;v=1/b,c', '/a;v=1/b,c'],
    ['/a//b', '/a//b'],
    ['/a/', '/a/'],
  ])('A12 the path %s', async (path, arrives) => {
    const [outcome] = await run([get(path)])
    expect(outcome?.exchanges.at(-1)?.status).toBe(200)
    expect(received(outcome as Outcome).path).toEqual(arrives)
  })

  it('A33 A35 nonce required: one challenge, its own retry passes, and later calls need none', async () => {
    const [first, second, third] = await run([get('/required/a'), get('/required/b'), get('/required/c')])
    expect([first, second, third].map((outcome) => statuses(outcome as Outcome))).toEqual([[401, 200], [200], [200]])
    expect(first?.exchanges[0]?.nonce).toBeUndefined()
    expect(first?.exchanges[1]?.nonce).toBe(first?.exchanges[0]?.nextNonce)
    const handedOut = client.takesNextNonce ? first?.exchanges[1]?.nextNonce : first?.exchanges[0]?.nextNonce
    expect(second?.exchanges[0]?.nonce).toBe(handedOut)
  })

  it('A35 nonce offered: nothing is demanded, and what was handed out is good', async () => {
    const [first, second] = await run([get('/x'), get('/required/y')])
    expect(statuses(first as Outcome)).toEqual([200])
    expect(first?.exchanges[0]).toMatchObject({ nonce: undefined, nextNonce: expect.any(String) })
    expect(statuses(second as Outcome)).toEqual(client.takesNextNonce ? [200] : [401, 200])
  })

  it('A33 one nonce serves many requests at once', async () => {
    const [first, ...others] = await run(
      Array.from({ length: 9 }, (_, i) => get(`/required/${i}`)),
      true,
    )
    expect(statuses(first as Outcome)).toEqual([401, 200])
    expect(others.map(statuses)).toEqual(others.map(() => [200]))
  })

  it('nonce off: none is handed out, none is demanded', async () => {
    const outcomes = await run([get('/off/a'), get('/off/b')])
    expect(outcomes.flatMap(({ exchanges }) => exchanges)).toEqual(
      outcomes.map(() => ({ status: 200, nonce: undefined, nextNonce: undefined })),
    )
  })

  it.each(client.algorithms)('A5 a key for %s', async (algorithm) => {
    const [outcome] = await client.run(await newCredentials(algorithm), [get('/required/x?y')])
    expect(statuses(outcome as Outcome)).toEqual([401, 200])
  })

  it('A22 a token that is bound to another key is refused, and the client does not go on trying', async () => {
    const credentials = await newCredentials(client.algorithms[0], { cnf: { jkt: 'A'.repeat(43) } })
    const [outcome] = await client.run(credentials, [get('/x')])
    expect(statuses(outcome as Outcome)).toEqual([401])
    expect(received(outcome as Outcome)).not.toHaveProperty('path')
  })
})

describe('what requests_oauth2client 1.8.0 does of its own', () => {
  it('takes each DPoP challenge for a demand for a nonce: a refused token ends in MissingDPoPNonce', async () => {
    const credentials = await newCredentials('ES256', { cnf: { jkt: 'A'.repeat(43) } })
    const [outcome] = await PYTHON_CLIENT.run(credentials, [get('/x')])
    expect([outcome?.error, outcome?.body]).toEqual(['MissingDPoPNonce', undefined])
  })

  it('decodes reserved octets in htu but not in the request: refused, since %3A is not : (RFC 3986 §2.2)', async () => {
    const [outcome] = await PYTHON_CLIENT.run(await newCredentials('ES256'), [get('/a%3Ab')])
    expect(statuses(outcome as Outcome)).toEqual([401])
  })
})
