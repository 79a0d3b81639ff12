/** envoy/*.yaml: what each must say, that a real Envoy takes it, and that it does with Holdfast behind what it is for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { attempt, login, type Session } from '../../src/drill/session.ts'
import { WORKLOADS } from '../../src/drill/world/workloads.ts'
import { envoyStat, validateEnvoyConfig } from '../support/envoy.ts'
import { EDGE, type RunningShape, readShape, SHAPES, startShape } from '../support/shapes.ts'

type Node = Readonly<Record<string, unknown>>

/** Those that ask Holdfast. What spire.yaml does with Holdfast behind is driven in test/spire, with the real agent. */
const ASKING = [...SHAPES, 'spire'] as const

/** All objects in the configuration with the given `name` or `@type` ending. */
function find(config: unknown, test: (node: Node) => boolean): Node[] {
  if (Array.isArray(config)) return config.flatMap((item) => find(item, test))
  if (typeof config !== 'object' || config === null) return []
  const node = config as Node
  return [...(test(node) ? [node] : []), ...Object.values(node).flatMap((value) => find(value, test))]
}

function typed(config: unknown, type: string): Node {
  const [found] = find(config, (node) => String(node['@type']).endsWith(`.${type}`))
  if (found === undefined) throw new Error(`the configuration has no ${type}`)
  return found
}

describe('what the files say', () => {
  it.each(ASKING)('%s: an outage, an error and a silence are refusals (D-E8)', (shape) => {
    expect(typed(parse(readShape(shape)), 'ExtAuthz')).toMatchObject({
      failure_mode_allow: false,
      status_on_error: { code: 'ServiceUnavailable' },
      grpc_service: { timeout: '0.25s' },
      encode_raw_headers: true,
      include_peer_certificate: true,
      validate_mutations: true,
      clear_route_cache: false,
      decoder_header_mutation_rules: { disallow_all: true, disallow_is_error: true },
    })
  })

  it.each(ASKING)('%s: Holdfast is health-checked, not asked when unhealthy, and never asked twice', (shape) => {
    const config: unknown = parse(readShape(shape))
    const [cluster] = find(config, (node) => node['name'] === 'holdfast' && node['load_assignment'] !== undefined)
    expect(cluster).toMatchObject({
      common_lb_config: { healthy_panic_threshold: { value: 0 } },
      health_checks: [{ grpc_health_check: {} }],
    })
    expect(find(config, (node) => 'retry_policy' in node)).toEqual([])
  })

  it.each([...ASKING, 'gateway-edge'])(
    '%s: peers are verified, limits are explicit, nothing listens beyond loopback',
    (shape) => {
      const config: unknown = parse(readShape(shape))
      expect(typed(config, 'DownstreamTlsContext')).toMatchObject({
        require_client_certificate: true,
        disable_stateless_session_resumption: true,
        disable_stateful_session_resumption: true,
      })
      expect(find(config, (node) => 'trust_chain_verification' in node)).toEqual([])
      expect(typed(config, 'HttpConnectionManager')).toMatchObject({
        path_with_escaped_slashes_action: 'REJECT_REQUEST',
        normalize_path: true,
        merge_slashes: false,
        request_headers_timeout: '10s',
        stream_idle_timeout: '60s',
        http1_safe_max_connection_duration: true,
        common_http_protocol_options: {
          max_connection_duration: '1800s',
          max_stream_duration: '900s',
          headers_with_underscores_action: 'REJECT_REQUEST',
        },
      })
      for (const { address } of find(config, (node) => 'port_value' in node)) expect(address).toBe('127.0.0.1')
    },
  )

  it('all shapes ask Holdfast in the same way', () => {
    const [first, ...others] = ASKING.map((shape) => typed(parse(readShape(shape)), 'ExtAuthz'))
    for (const other of others) expect(other).toEqual(first)
  })
})

describe('spire.yaml', () => {
  const parts = (shape: string) => {
    const config = parse(readShape(shape))
    const { static_resources: resources } = config
    const [chain] = resources.listeners[0].filter_chains
    return { config, resources, tls: chain.transport_socket.typed_config, manager: chain.filters[0].typed_config }
  }

  it('is sidecar.yaml but for where certificates come from', () => {
    const [spire, sidecar] = [parts('spire'), parts('sidecar')]
    delete spire.config.node
    expect(spire.resources.clusters.pop()).toMatchObject({ name: 'spire_agent' })
    expect(spire.tls.common_tls_context).toMatchObject({
      tls_certificate_sds_secret_configs: [{ name: 'default' }],
      validation_context_sds_secret_config: { name: 'ROOTCA' },
    })
    spire.tls.common_tls_context = sidecar.tls.common_tls_context
    expect(spire.config).toEqual(sidecar.config)
  })

  it('shows TLS as sidecar.yaml does', () => {
    const [spire, sidecar] = [parts('spire'), parts('sidecar')]
    for (const key of ['tls_params', 'alpn_protocols']) {
      expect(spire.tls.common_tls_context[key]).toEqual(sidecar.tls.common_tls_context[key])
    }
  })
})

describe('envoy --mode validate', () => {
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-tls-'))
    const ca = await makeCa('validate')
    const { certificatePem, keyPem } = await issueCertificate(ca, { spiffeId: EDGE })
    writeFileSync(join(dir, 'ca.crt'), ca.certificatePem)
    for (const name of ['server', 'client']) {
      writeFileSync(join(dir, `${name}.crt`), certificatePem)
      writeFileSync(join(dir, `${name}.key`), keyPem)
    }
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it.each([...ASKING, 'gateway-edge'])('takes %s.yaml', (shape) => {
    expect(validateEnvoyConfig(readShape(shape).replaceAll('/etc/envoy/tls', dir))).toBeUndefined()
  })

  it('refuses a file with a misspelt key', () => {
    const text = readShape('sidecar').replaceAll('/etc/envoy/tls', dir)
    expect(validateEnvoyConfig(text.replace('failure_mode_allow:', 'failure_mode_alow:'))).toContain(
      'failure_mode_alow',
    )
  })
})

describe.each(SHAPES)('%s.yaml with Holdfast behind', (shape) => {
  let running: RunningShape
  let session: Session
  beforeAll(async () => {
    running = await startShape(shape)
    session = await login(running.stage, 'payments', 'payments', { bind: ['key'] })
  })
  afterAll(() => running?.stop())

  it('lets the holder through, and the application sees who it is', async () => {
    const { answer } = await attempt(running.stage, session)
    expect(answer).toMatchObject({ status: 200, reason: 'ok' })
    expect(answer.upstream?.headers).toMatchObject({
      'x-holdfast-client': [WORKLOADS.payments],
      'x-holdfast-peer': [WORKLOADS.payments],
      'x-holdfast-binding': ['dpop'],
    })
    expect(answer.upstream?.headers).not.toHaveProperty('authorization')
    expect(answer.upstream?.headers).not.toHaveProperty('dpop')
  })

  it('takes a certificate-bound token with its certificate, and with no other (B1)', async () => {
    const bound = await login(running.stage, 'integration', 'partners', { bind: ['certificate'] })
    expect((await attempt(running.stage, bound)).answer).toMatchObject({ status: 200, reason: 'ok' })
    const stolen = (await attempt(running.stage, bound, { workload: 'reports' })).answer
    expect(stolen).toMatchObject({ status: 401, reason: 'certificate_mismatch', error: 'invalid_token' })
  })

  it('refuses another workload, also one that forges x-forwarded-client-cert', async () => {
    const bound = await login(running.stage, 'payments', 'orders')
    const forged = `Hash=${'ab'.repeat(32)};URI=${WORKLOADS.payments}`
    const headers = [['X-Forwarded-Client-Cert', forged]] as const
    const { answer } = await attempt(running.stage, bound, { workload: 'reports', headers })
    expect(answer).toMatchObject({ status: 403, reason: 'peer_mismatch', class: 'forwarded' })
  })

  it('refuses a replay (A17)', async () => {
    const { proof } = await attempt(running.stage, session)
    const { answer } = await attempt(running.stage, session, { proofs: [proof] })
    expect(answer).toMatchObject({ status: 401, reason: 'proof_replayed', error: 'invalid_dpop_proof' })
  })

  it('counts in Envoy what Holdfast decided', async () => {
    const before = await counts(running)
    const { tookNonce } = await attempt(running.stage, session)
    await attempt(running.stage, session, { proofs: [] })
    const after = await counts(running)
    expect([after.ok - before.ok, after.denied - before.denied]).toEqual([1, tookNonce ? 2 : 1])
    expect([after.error, after.invalid]).toEqual([0, 0])
  })

  // Last: it ends the server.
  it('answers 503 when Holdfast is gone', async () => {
    await running.holdfast.stop()
    const { answer } = await attempt(running.stage, session)
    expect(answer).toMatchObject({ status: 503, decisionId: undefined, upstream: undefined })
  })
})

async function counts({
  envoy,
}: RunningShape): Promise<{ ok: number; denied: number; error: number; invalid: number }> {
  const read = (name: string) => envoyStat(envoy, `http.ingress.ext_authz.holdfast.${name}`)
  const [ok, denied, error, invalid] = await Promise.all([read('ok'), read('denied'), read('error'), read('invalid')])
  return { ok, denied, error, invalid }
}
