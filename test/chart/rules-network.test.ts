/** Rules about who asks, who the caller is, the network, the mesh and monitoring. */
import { test } from 'vitest'
import { expectRule, REDIS, ROUTE, type Rule, SIDECAR, STANDALONE } from './rule.ts'

const ISTIO = {
  peerSource: 'auto',
  secrets: { serverTls: { existingSecret: '' } },
  mesh: { kind: 'istio', istio: { callers: ['cluster.local/ns/a/sa/b'] } },
}
const GATEWAY = {
  peerSource: 'auto',
  mesh: { kind: 'envoy-gateway', envoyGateway: { gateway: 'g', backendCaConfigMap: 'ca' } },
}

const RULES: readonly Rule[] = [
  {
    fault: 'config.server.listen: any pod could ask',
    base: SIDECAR,
    wrong: [{ config: { server: { listen: '0.0.0.0:9191' } } }],
    mend: { config: { server: { listen: 'unix:///run/holdfast/a.sock' } } },
  },
  {
    fault: 'config.server.listen: any pod could ask',
    base: SIDECAR,
    wrong: [{ config: { server: { listen: '[::]:9191' } } }],
    mend: { secrets: { serverTls: { existingSecret: 'a' } } },
  },
  {
    fault: 'config.server.listen: nothing outside',
    base: STANDALONE,
    wrong: [{ config: { server: { listen: '127.0.0.1:9191' } } }],
    mend: { config: { server: { listen: '10.0.0.1:9191' } } },
  },
  {
    fault: 'config.admin.listen: the kubelet',
    base: STANDALONE,
    wrong: [{ config: { admin: { listen: 'localhost:9901' } } }],
    mend: { config: { admin: { listen: '[::]:9901' } } },
  },
  {
    fault: 'secrets.serverTls.existingSecret: is missing',
    base: STANDALONE,
    wrong: [{ secrets: { serverTls: { existingSecret: '' } } }],
    mend: { insecureOpenListener: true },
  },
  {
    fault: 'secrets.serverTls.existingSecret: is missing',
    base: STANDALONE,
    wrong: [{ secrets: { serverTls: { clientCaKey: '' } } }],
    mend: { secrets: { serverTls: { clientCaKey: 'ca.crt' } } },
  },
  {
    fault: 'secrets.serverTls.existingSecret: is missing',
    base: STANDALONE,
    wrong: [{ secrets: { serverTls: { existingSecret: '' } } }],
    mend: ISTIO,
  },
  {
    fault: 'insecureOpenListener: nothing would keep',
    base: STANDALONE,
    wrong: [
      { secrets: { serverTls: { existingSecret: '' } }, insecureOpenListener: true, networkPolicy: { enabled: false } },
    ],
    mend: { secrets: { clientSecret: { existingSecret: 'a' } } },
  },
  {
    fault: 'peerSource: nothing says',
    base: STANDALONE,
    wrong: [{ peerSource: 'auto' }],
    mend: { peerSource: 'none' },
  },
  {
    fault: 'peerSource: nothing says',
    base: STANDALONE,
    wrong: [{ peerSource: 'auto' }],
    mend: { config: { peers: { forwardedClientCert: { from: 'envoy' } } } },
  },
  {
    fault: 'peerSource: header contradicts',
    base: STANDALONE,
    wrong: [{ peerSource: 'header', config: { peers: { forwardedClientCert: { from: 'none' } } } }],
    mend: { peerSource: 'connection' },
  },
  {
    fault: 'peerSource: none contradicts',
    base: STANDALONE,
    wrong: [{ peerSource: 'none', config: { peers: { forwardedClientCert: { from: 'envoy' } } } }],
    mend: { peerSource: 'header' },
  },
  {
    fault: 'peerSource: route a needs',
    base: STANDALONE,
    wrong: [{ peerSource: 'none', config: { routes: [{ ...ROUTE, binding: { anyOf: ['certificate'] } }] } }],
    mend: { peerSource: 'connection' },
  },
  {
    fault: 'peerSource: route a needs',
    base: STANDALONE,
    wrong: [{ peerSource: 'none', config: { routes: [{ ...ROUTE, binding: { allOf: ['dpop', 'workload'] } }] } }],
    mend: { config: { routes: [{ ...ROUTE, binding: { allOf: ['dpop'] } }] } },
  },
  {
    fault: 'peerSource: route a needs',
    base: STANDALONE,
    wrong: [{ peerSource: 'none', config: { routes: [{ ...ROUTE, require: { peers: ['spiffe://a/b'] } }] } }],
    mend: { config: { routes: [ROUTE] } },
  },
  {
    fault: 'mesh.timeoutMs: Envoy would give up',
    base: SIDECAR,
    wrong: [{ mesh: { kind: 'istio', timeoutMs: 150 } }],
    mend: { mesh: { timeoutMs: 151 } },
  },
  {
    fault: 'mesh.timeoutMs: Envoy would give up',
    base: SIDECAR,
    wrong: [{ mesh: { kind: 'plain' }, config: { server: { deadlineMs: 300 } } }],
    mend: { mesh: { timeoutMs: 400 } },
  },
  {
    fault: 'networkPolicy.callers: is empty',
    base: STANDALONE,
    wrong: [{ networkPolicy: { callers: [] } }],
    mend: { networkPolicy: { enabled: false } },
  },
  {
    fault: 'networkPolicy.redis: is empty',
    base: STANDALONE,
    wrong: [REDIS, { networkPolicy: { redis: [] } }],
    mend: { networkPolicy: { kind: 'cilium', callers: [{}] } },
  },
  {
    fault: 'networkPolicy.jwks: is empty',
    base: STANDALONE,
    wrong: [{ networkPolicy: { jwks: [] } }],
    mend: { config: { issuers: [{ issuer: 'https://a', keys: { jwksFile: '/etc/holdfast/keys/a.json' } }] } },
  },
  {
    fault: 'mesh.istio.targetRefs: stands beside',
    base: SIDECAR,
    wrong: [{ mesh: { kind: 'istio', istio: { selector: { a: 'b' }, targetRefs: [{ kind: 'Gateway', name: 'a' }] } } }],
    mend: { mesh: { istio: { targetRefs: [] } } },
  },
  {
    fault: 'mesh.istio.callers: is for mode: standalone',
    base: SIDECAR,
    wrong: [{ mesh: { kind: 'istio', istio: { callers: ['a'] } } }],
    mend: { mesh: { istio: { callers: [] } } },
  },
  {
    fault: 'mesh.istio.peerCertificateFilter: an EnvoyFilter',
    base: SIDECAR,
    wrong: [
      { mesh: { kind: 'istio', istio: { peerCertificateFilter: true, targetRefs: [{ kind: 'Gateway', name: 'a' }] } } },
    ],
    mend: { mesh: { istio: { peerCertificateFilter: false } } },
  },
  {
    fault: "secrets.serverTls.existingSecret: Istio's own mTLS",
    base: STANDALONE,
    wrong: [ISTIO, { secrets: { serverTls: { existingSecret: 'a' } } }],
    mend: { secrets: { serverTls: { existingSecret: '' } } },
  },
  {
    fault: 'secrets.clientSecret.existingSecret: Istio',
    base: SIDECAR,
    wrong: [{ mesh: { kind: 'istio' }, secrets: { clientSecret: { existingSecret: 'a' } } }],
    mend: { mesh: { kind: 'plain' } },
  },
  {
    fault: 'secrets.clientSecret.existingSecret: Envoy Gateway',
    base: STANDALONE,
    wrong: [GATEWAY, { secrets: { clientSecret: { existingSecret: 'a' } } }],
    mend: { secrets: { clientSecret: { existingSecret: '' } } },
  },
  {
    fault: 'mesh.kind: envoy-gateway asks a Service',
    base: SIDECAR,
    wrong: [GATEWAY],
    mend: { mesh: { kind: 'plain' } },
  },
  {
    fault: 'mesh.envoyGateway.gateway: names nothing',
    base: STANDALONE,
    wrong: [GATEWAY, { mesh: { envoyGateway: { gateway: '' } } }],
    mend: { mesh: { envoyGateway: { targets: [{ kind: 'HTTPRoute', name: 'a' }] } } },
  },
  {
    fault: 'mesh.envoyGateway.backendCaConfigMap: the gateway',
    base: STANDALONE,
    wrong: [GATEWAY, { mesh: { envoyGateway: { backendCaConfigMap: '' } } }],
    mend: { secrets: { serverTls: { existingSecret: '' } }, insecureOpenListener: true },
  },
  {
    fault: 'mesh.kind: plain is an Envoy beside',
    base: STANDALONE,
    wrong: [{ mesh: { kind: 'plain' } }],
    mend: { mesh: { kind: 'none' } },
  },
  {
    fault: 'monitoring.podMonitor.variant: direct scrapes',
    base: SIDECAR,
    wrong: [{ monitoring: { podMonitor: { enabled: true } } }],
    mend: { config: { admin: { listen: '0.0.0.0:9901' } } },
  },
  {
    fault: 'monitoring.podMonitor.variant: direct scrapes',
    base: SIDECAR,
    wrong: [{ monitoring: { podMonitor: { enabled: 'auto' } } }],
    mend: { monitoring: { podMonitor: { variant: 'merged' } } },
  },
  {
    fault: 'monitoring.podMonitor.appTarget: is empty',
    base: SIDECAR,
    wrong: [{ monitoring: { podMonitor: { enabled: true, variant: 'targets' } } }],
    mend: { monitoring: { podMonitor: { appTarget: '8080:/metrics' } } },
  },
  {
    fault: 'monitoring.serviceMonitor.enabled: each pod',
    base: STANDALONE,
    wrong: [{ monitoring: { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } } }],
    mend: { monitoring: { podMonitor: { enabled: false } } },
  },
  {
    fault: 'monitoring.serviceMonitor.enabled: sidecars',
    base: SIDECAR,
    wrong: [{ monitoring: { serviceMonitor: { enabled: true } } }],
    mend: { monitoring: { serviceMonitor: { enabled: false } } },
  },
]

test.each(RULES)('$fault', expectRule)
