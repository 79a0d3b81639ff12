import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { validateEnvoyConfig } from '../support/envoy.ts'
import { HELM3, HELM4, only, renderObjects } from '../support/helm.ts'

const SIDECAR = 'ci/sidecar-values.yaml'
const SHIPPED = readFileSync(new URL('../../envoy/sidecar.yaml', import.meta.url), 'utf8')

describe('Istio', () => {
  test('sidecar: a host for 127.0.0.1, and all requests of the selected pods are asked about', async () => {
    const objects = await renderObjects(HELM4, { values: ['examples/istio-strict.yaml'] })
    expect(only(objects, 'ServiceEntry')['spec']).toMatchObject({
      hosts: ['sidecar.holdfast.internal'],
      resolution: 'STATIC',
      endpoints: [{ address: '127.0.0.1' }],
      ports: [{ number: 9191, protocol: 'GRPC' }],
    })
    const policies = objects.filter(({ kind }) => kind === 'AuthorizationPolicy')
    expect(policies.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'partners'])
    for (const { spec } of policies) {
      expect(spec).toMatchObject({ action: 'CUSTOM', provider: { name: 'holdfast' }, rules: [{}] })
    }
  })

  test('a Unix socket is the endpoint where the server listens on one', async () => {
    const values = [SIDECAR, { mesh: { kind: 'istio' }, config: { server: { listen: 'unix:///run/holdfast/a.sock' } } }]
    const { spec } = only(await renderObjects(HELM4, { values }), 'ServiceEntry')
    expect(spec.endpoints).toEqual([{ address: 'unix:///run/holdfast/a.sock' }])
    expect(spec.ports[0].number).toBe(9191)
  })

  test('gateway: the server takes mTLS only, and from the callers that are named', async () => {
    const objects = await renderObjects(HELM4, { values: ['examples/istio-gateway.yaml'] })
    const { selector } = only(objects, 'Deployment')['spec']
    expect(only(objects, 'PeerAuthentication')['spec']).toEqual({ selector, mtls: { mode: 'STRICT' } })
    const { spec } = only(objects, 'AuthorizationPolicy', 'r-holdfast-server')
    expect(spec).toMatchObject({ action: 'ALLOW', selector })
    expect(spec.rules[0].from[0].source.principals).toEqual(['cluster.local/ns/istio-ingress/sa/istio-ingressgateway'])
    expect(spec.rules[0].to[0].operation.ports).toEqual(['9191'])
    expect(only(objects, 'Deployment')['spec'].template.metadata.labels['sidecar.istio.io/inject']).toBe('true')
    expect(only(objects, 'Service')['spec'].ports[0].appProtocol).toBe('grpc')
    expect(only(objects, 'AuthorizationPolicy', 'r-holdfast').metadata.namespace).toBe('istio-ingress')
  })

  test('the filter adds what Istio has no field for, to those who ask alone, and the header is then not believed', async () => {
    const values = [
      SIDECAR,
      { mesh: { kind: 'istio', istio: { peerCertificateFilter: true, selector: { app: 'a' } } } },
    ]
    const objects = await renderObjects(HELM4, { values })
    const { spec } = only(objects, 'EnvoyFilter')
    expect(spec.workloadSelector).toEqual({ labels: { app: 'a' } })
    expect(spec.configPatches[0].match.context).toBe('SIDECAR_INBOUND')
    expect(spec.configPatches[0].patch).toMatchObject({
      operation: 'MERGE',
      value: { typed_config: { include_peer_certificate: true, encode_raw_headers: true } },
    })
    expect(parse(only(objects, 'ConfigMap')['data']['holdfast.yaml'])['peers']).toBeUndefined()
    const without = await renderObjects(HELM4, { values: [SIDECAR, { mesh: { kind: 'istio' } }] })
    expect(parse(only(without, 'ConfigMap')['data']['holdfast.yaml'])['peers']).toEqual({
      forwardedClientCert: { from: 'envoy' },
    })
  })
})

describe('Envoy Gateway', () => {
  test('asks with an explicit timeout, fails closed as an outage, and sends what Holdfast reads', async () => {
    const objects = await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml'] })
    const { spec, metadata } = only(objects, 'SecurityPolicy')
    expect(metadata.namespace).toBe('gateways')
    expect(spec.extAuth).toMatchObject({ timeout: '250ms', failOpen: false, statusOnError: 503 })
    expect(spec.extAuth.grpc.backendRefs).toEqual([{ name: 'r-holdfast', namespace: 'holdfast-system', port: 9191 }])
    expect(spec.extAuth.headersToExtAuth).toEqual(allowedHeaders())
    expect(spec.targetRefs).toEqual([{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public' }])
  })

  test('replaces x-forwarded-client-cert, asks for certificates, and leaves paths as they are signed', async () => {
    const { spec } = only(
      await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml'] }),
      'ClientTrafficPolicy',
    )
    expect(spec.headers.xForwardedClientCert).toEqual({ mode: 'SanitizeSet', certDetailsToAdd: ['URI'] })
    expect(spec.tls.clientValidation.caCertificateRefs).toEqual([{ group: '', kind: 'ConfigMap', name: 'client-ca' }])
    expect(spec.path).toEqual({ escapedSlashesAction: 'RejectRequest', disableMergeSlashes: true })
  })

  test('another namespace is granted the Service, and TLS to it is verified by its name', async () => {
    const objects = await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml'] })
    expect(only(objects, 'ReferenceGrant')['spec']).toMatchObject({
      from: [{ kind: 'SecurityPolicy', namespace: 'gateways' }],
      to: [{ kind: 'Service', name: 'r-holdfast' }],
    })
    expect(only(objects, 'BackendTLSPolicy')['spec'].validation).toMatchObject({
      hostname: 'r-holdfast.holdfast-system.svc',
    })
    const same = await renderObjects(HELM4, {
      values: ['examples/envoy-gateway.yaml', { mesh: { envoyGateway: { namespace: '' } } }],
    })
    expect(same.filter(({ kind }) => kind === 'ReferenceGrant')).toEqual([])
  })

  test('routes instead of the whole gateway', async () => {
    const values = { mesh: { envoyGateway: { targets: [{ kind: 'HTTPRoute', name: 'a', sectionName: 'b' }] } } }
    const { spec } = only(
      await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml', values] }),
      'SecurityPolicy',
    )
    expect(spec.targetRefs).toEqual([
      { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'a', sectionName: 'b' },
    ])
  })
})

describe('plain Envoy', () => {
  const PLAIN = { mesh: { kind: 'plain' } }

  test.each([HELM3, HELM4])(
    '$name: without other values the file is envoy/sidecar.yaml, but for the address of the pod',
    async (helm) => {
      const envoy = parse(await envoyFile([SIDECAR, PLAIN], helm))
      const own = parse(SHIPPED)
      expect(envoy.static_resources.listeners[0].address.socket_address).toEqual({
        address: '0.0.0.0',
        port_value: 10443,
      })
      envoy.static_resources.listeners[0].address = own.static_resources.listeners[0].address
      expect(envoy).toEqual(own)
    },
  )

  test.each([
    ['files', [SIDECAR, PLAIN, { secrets: { clientSecret: { existingSecret: 'a' } } }]],
    ['SPIRE and a Unix socket', ['examples/plain-envoy-spire.yaml']],
  ])('a real Envoy takes it: %s', async (_, values) => {
    const text = await envoyFile(values)
    expect(validateEnvoyConfig(text.replaceAll('/etc/envoy', await folderWithTls()))).toBeUndefined()
  })

  test('the values stand where they belong', async () => {
    const values = {
      mesh: { kind: 'plain', timeoutMs: 1_500, plain: { listenPort: 8443, appPort: 3000 } },
      config: { server: { listen: '127.0.0.1:7000', maxConcurrentChecks: 50 } },
      secrets: { clientSecret: { existingSecret: 'a' } },
    }
    const envoy = parse(await envoyFile([SIDECAR, values]))
    const [listener] = envoy.static_resources.listeners
    const [holdfast, app] = envoy.static_resources.clusters
    const filter = listener.filter_chains[0].filters[0].typed_config.http_filters[0].typed_config
    expect(listener.address.socket_address.port_value).toBe(8443)
    expect(filter.grpc_service.timeout).toBe('1.5s')
    expect(filter.grpc_service.initial_metadata[0].key).toBe('x-holdfast-client-secret')
    expect(filter.failure_mode_allow).toBe(false)
    expect(holdfast.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value).toBe(7000)
    expect(holdfast.circuit_breakers.thresholds[0].max_requests).toBe(50)
    expect(app.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value).toBe(3000)
  })

  async function envoyFile(values: readonly (string | object)[], helm = HELM4): Promise<string> {
    return only(
      (await renderObjects(helm, { values })).filter(({ metadata }) => /-envoy$/.test(metadata.name)),
      'ConfigMap',
    )['data']['envoy.yaml']
  }
})

/** What envoy/sidecar.yaml sends, but for the patterns that Envoy Gateway has no field for. */
function allowedHeaders(): readonly string[] {
  const filter =
    parse(SHIPPED).static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config
  return filter.allowed_headers.patterns.flatMap(({ exact }: { exact?: string }) => exact ?? [])
}

/** Stands for /etc/envoy in the container. */
async function folderWithTls(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chart-envoy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const ca = await makeCa('chart')
  const { certificatePem, keyPem } = await issueCertificate(ca, { dns: ['app'] })
  mkdirSync(join(folder, 'tls'))
  writeFileSync(join(folder, 'tls/server.crt'), certificatePem)
  writeFileSync(join(folder, 'tls/server.key'), keyPem)
  writeFileSync(join(folder, 'tls/ca.crt'), ca.certificatePem)
  writeFileSync(join(folder, 'client-secret'), 'a-secret')
  return folder
}
