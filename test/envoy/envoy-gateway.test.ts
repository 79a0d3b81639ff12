/**
 * The chart's example behind Envoy Gateway: the configuration that Envoy Gateway itself rendered (test/mesh/envoy-gateway), in a
 * real Envoy, with real Holdfast behind it on the chart's configuration. There it has neither the certificate nor raw headers.
 */
import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigningKey } from '../../src/drill/mint.ts'
import { attempt, freshProof, login, type Session } from '../../src/drill/session.ts'
import { WORKLOADS, type WorkloadName } from '../../src/drill/world/workloads.ts'
import { credentialsOf } from '../../src/drill/world/world.ts'
import { authorizerOf, HOLDFAST, managerOf } from '../mesh/envoy-files.ts'
import {
  CHART_FILE,
  inputDigest,
  type Node,
  RENDERED_FILE,
  readCheckout,
  readRendered,
  SURROUNDINGS_FILE,
} from '../mesh/envoy-gateway.ts'
import { type GatewayWorld, startGatewayWorld } from '../mesh/gateway-world.ts'
import { envoyStat } from '../support/envoy.ts'

/** All values below the key, wherever it stands. */
function below(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => (name === key ? [value] : below(value, key)))
}

describe('what Envoy Gateway rendered', () => {
  const rendered = readRendered()
  const dumps: readonly Node[] = rendered['xds']['gateways/public'].configs
  const manager = managerOf(below(dumps, 'listener') as Node[])

  it('is of these very objects: else npm run envoy-gateway', () => {
    const digest = inputDigest(readCheckout(CHART_FILE), readCheckout(SURROUNDINGS_FILE))
    expect(readCheckout(RENDERED_FILE).split('\n')[0]?.endsWith(` of ${digest}`)).toBe(true)
  })

  it.each(['securityPolicies', 'clientTrafficPolicies', 'backendTLSPolicies'])('takes the chart’s %s', (kind) => {
    const conditions = below(rendered[kind], 'conditions').flat() as Node[]
    expect(conditions.map(({ type, status }) => [type, status])).toContainEqual(['Accepted', 'True'])
  })

  it('has no condition that is not true', () => {
    const { xds: _, ...objects } = rendered
    const conditions = below(objects, 'conditions').flat() as Node[]
    expect(conditions.length).toBeGreaterThan(5)
    expect(conditions.filter(({ status }) => status !== 'True')).toEqual([])
  })

  it('asks in 250 ms, fails closed as an outage, and sends only what Holdfast reads (D-E8)', () => {
    const { allowedHeaders, ...filter } = authorizerOf(manager)
    expect(filter).toEqual({
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
      transportApiVersion: 'V3',
      statusOnError: { code: 'ServiceUnavailable' },
      // No failureModeAllow, no certificate of the peer, no raw headers: Envoy Gateway has no field for the last two.
      grpcService: {
        envoyGrpc: { authority: 'r-holdfast.holdfast-system:9191', clusterName: HOLDFAST },
        timeout: '0.250s',
      },
    })
    const names = allowedHeaders.patterns.map(({ exact }: Node) => exact)
    expect(names).toEqual(expect.arrayContaining(['authorization', 'dpop', 'x-forwarded-client-cert']))
    expect(names).not.toContain('cookie')
  })

  it('believes what a connection showed for as long as envoy/*.yaml does', () => {
    expect(manager).toMatchObject({
      forwardClientCertDetails: 'SANITIZE_SET',
      http1SafeMaxConnectionDuration: true,
      commonHttpProtocolOptions: { maxConnectionDuration: '1800s', maxStreamDuration: '900s' },
    })
    expect(below(dumps, 'requireClientCertificate')).toEqual([true])
    expect(below(dumps, 'disableStatelessSessionResumption')).toEqual([true])
    expect(below(dumps, 'disableStatefulSessionResumption')).toEqual([true])
  })
})

describe('in a real Envoy, with Holdfast behind', () => {
  let world: GatewayWorld
  let session: Session

  beforeAll(async () => {
    world = await startGatewayWorld()
    session = await login(world.stage, 'payments', 'payments', { bind: ['key'] })
  })
  afterAll(() => world?.stop())

  /** Status, OAuth error and Holdfast's reason. */
  async function outcome(of: Session, wishes: Parameters<typeof attempt>[2] = {}) {
    const { answer } = await attempt(world.stage, of, wishes)
    const { reason } = await world.logged(answer)
    return { status: answer.status, error: answer.error, reason, reached: answer.upstream !== undefined }
  }
  const PASSED = { status: 200, error: undefined, reason: 'ok', reached: true }
  const refused = (status: number, error: string, reason: string) => ({ status, error, reason, reached: false })

  it('lets the holder through, and the application sees who it is', async () => {
    const { answer } = await attempt(world.stage, session)
    expect(answer.status).toBe(200)
    expect(answer.upstream?.headers).toMatchObject({
      'x-holdfast-client': [WORKLOADS.payments],
      'x-holdfast-peer': [WORKLOADS.payments],
      'x-holdfast-binding': ['dpop'],
    })
    expect(answer.upstream?.headers).not.toHaveProperty('dpop')
  })

  it('refuses a replay (A17)', async () => {
    const { proof } = await attempt(world.stage, session)
    expect(await outcome(session, { proofs: [proof] })).toEqual(refused(401, 'invalid_dpop_proof', 'proof_replayed'))
  })

  it('refuses a stolen token with the key of the thief (A22)', async () => {
    const { key } = await newSigningKey('ES256')
    expect(await outcome(session, { workload: 'reports', key })).toEqual(
      refused(401, 'invalid_token', 'proof_key_mismatch'),
    )
    expect(await outcome(session, { key: session.key })).toEqual(PASSED)
  })

  it.each([
    ['another path', { signed: { path: '/v1/other' } }, 'proof_target_mismatch'],
    ['another method', { signed: { method: 'POST' } }, 'proof_target_mismatch'],
  ])('refuses a proof for %s (A10, A11)', async (_, wishes, reason) => {
    expect(await outcome(session, wishes)).toEqual(refused(401, 'invalid_dpop_proof', reason))
  })

  it('refuses two proofs, which arrive as one header with a comma (A1)', async () => {
    const sign = () => freshProof(world.stage, session, {}, undefined)
    const proofs = [await sign(), await sign()]
    expect(await outcome(session, { proofs })).toEqual(refused(401, 'invalid_dpop_proof', 'credentials_ambiguous'))
  })

  describe('by x-forwarded-client-cert alone', () => {
    let bound: Session
    beforeAll(async () => {
      bound = await login(world.stage, 'payments', 'payments', { bind: ['certificate'] })
    })

    it('takes a certificate-bound token with its certificate (B1)', async () => {
      expect(await outcome(bound)).toEqual(PASSED)
    })

    it('refuses it with the certificate of another workload, and of another pod (B1)', async () => {
      const mismatch = refused(401, 'invalid_token', 'certificate_mismatch')
      expect(await outcome(bound, { workload: 'reports' })).toEqual(mismatch)
      expect(await outcome(bound, { pod: '2' })).toEqual(refused(401, 'invalid_token', 'certificate_rotated'))
    })

    it('does not believe a forged one, neither for the holder nor for a thief', async () => {
      const forged = (workload: WorkloadName): [string, string] => [
        'X-Forwarded-Client-Cert',
        `Hash=${certificateHash(world, workload)};URI=${WORKLOADS[workload]}`,
      ]
      const thief = { workload: 'reports', headers: [forged('payments')] } as const
      expect(await outcome(bound, thief)).toEqual(refused(401, 'invalid_token', 'certificate_mismatch'))
      const { answer } = await attempt(world.stage, bound, { headers: [forged('reports')] })
      expect(answer.upstream?.headers['x-forwarded-client-cert']).toEqual([forged('payments')[1]])
    })
  })

  it('refuses a caller of another trust domain, though TLS lets it in', async () => {
    const foreign = await login(world.stage, 'outsider', 'payments', { bind: ['key'] })
    expect(await outcome(foreign)).toMatchObject({ status: 403, reason: 'peer_untrusted', reached: false })
  })

  it('demands a certificate', async () => {
    await expect(statusOver(world, {})).rejects.toThrow(/certificate required/i)
    const { certificatePem: cert, keyPem: key } = credentialsOf(world.stage.world, 'payments', '1')
    expect(await statusOver(world, { cert, key })).toBe(401)
  })

  it('lets no x-holdfast header of a client through, not even one that Holdfast does not know', async () => {
    const headers = [
      ['X-Holdfast-Scope', 'admin'],
      ['X-Holdfast-Tenant', 'other'],
    ] as const
    const { answer } = await attempt(world.stage, session, { headers })
    expect(answer.status).toBe(200)
    expect(answer.upstream?.headers).not.toHaveProperty('x-holdfast-scope')
    expect(answer.upstream?.headers).not.toHaveProperty('x-holdfast-tenant')
  })

  it('checks the path that it serves: slashes stay as signed, dot segments go, escaped slashes are refused', async () => {
    expect(await outcome(session, { path: '/v1//accounts' })).toEqual(PASSED)
    expect(await outcome(session, { path: '/a/../v1/accounts', signed: { path: '/v1/accounts' } })).toEqual(PASSED)
    const { answer } = await attempt(world.stage, session, { path: '/v1%2Faccounts' })
    expect(answer).toMatchObject({ status: 400, decisionId: undefined, upstream: undefined })
  })

  it('counts in Envoy what Holdfast decided', async () => {
    const read = (name: string) => envoyStat(world.envoy, `http.https-10443.ext_authz.${name}`)
    const [ok, denied] = [await read('ok'), await read('denied')]
    const { tookNonce } = await attempt(world.stage, session)
    await attempt(world.stage, session, { proofs: [] })
    const refusals = tookNonce ? 2 : 1
    expect([await read('ok'), await read('denied'), await read('error')]).toEqual([ok + 1, denied + refusals, 0])
  })

  // The last two: they end the server.
  it('answers 503 when Holdfast is gone, as the policy says', async () => {
    await world.stopHoldfast()
    const { answer } = await attempt(world.stage, session)
    expect(answer).toMatchObject({ status: 503, decisionId: undefined, upstream: undefined })
  })

  it('asks nobody who has not the name of Holdfast in its certificate', async () => {
    await world.startImpostor()
    const { answer } = await attempt(world.stage, session)
    expect(answer).toMatchObject({ status: 503, decisionId: undefined, upstream: undefined })
    expect(await envoyStat(world.envoy, `cluster.${HOLDFAST}.ssl.fail_verify_san`)).toBeGreaterThan(0)
  })
})

/** As Envoy writes it into x-forwarded-client-cert. */
function certificateHash({ stage }: GatewayWorld, workload: WorkloadName): string {
  const { fingerprint256 } = new X509Certificate(credentialsOf(stage.world, workload, '1').certificatePem)
  return fingerprint256.replaceAll(':', '').toLowerCase()
}

/** The status of a request without credentials of HTTP; rejects where TLS fails. */
function statusOver({ httpsPort: port, caPem: ca }: GatewayWorld, shown: object): Promise<number | undefined> {
  const servername = 'payments.example.com'
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, servername, ca, headers: { host: servername }, ...shown }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}
