/** D-E6: which filters ask Holdfast, which ways in ask nobody, and the same configuration as a file and as a dump. */
import { describe, expect, it } from 'vitest'
import { judgeEnvoy } from '../../../src/doctor/judge-envoy.ts'
import type { Node } from '../../support/lab.ts'
import { complaints, judgeFile, judgeValue, partsOf, readEnvoyFile, statusOf, WISHES } from './envoy-world.ts'

const ADMIN = 'type.googleapis.com/envoy.admin.v3'

/** As /config_dump?include_eds tells it. */
function dumpOf(file: Node, dynamic = false): Node {
  const { listeners, clusters } = file['static_resources'] as { listeners: Node[]; clusters: Node[] }
  const [listenerKey, clusterKey] = dynamic
    ? ['dynamic_listeners', 'dynamic_active_clusters']
    : ['static_listeners', 'static_clusters']
  return {
    configs: [
      { '@type': `${ADMIN}.BootstrapConfigDump`, bootstrap: file },
      { '@type': `${ADMIN}.ClustersConfigDump`, [clusterKey]: clusters.map((cluster) => ({ cluster })) },
      {
        '@type': `${ADMIN}.ListenersConfigDump`,
        [listenerKey]: listeners.map((listener) => (dynamic ? { active_state: { listener } } : { listener })),
      },
    ],
  }
}

describe('a dump', () => {
  it.each([false, true])('is judged as the file is (by xDS: %s)', (dynamic) => {
    const file = readEnvoyFile('sidecar')
    expect(complaints(judgeValue(dumpOf(file, dynamic)))).toEqual([])
    partsOf(file).authz['failure_mode_allow'] = true
    expect(complaints(judgeValue(dumpOf(file, dynamic)))).toEqual(['envoy-failure-mode failed'])
  })

  it('brings routes, endpoints, secrets and filters by name', () => {
    const file = readEnvoyFile('sidecar')
    const { manager, slot, cluster, tls } = partsOf(file)
    const { configs } = dumpOf(file) as { configs: Node[] }
    const settings = { 'envoy.filters.http.ext_authz': { '@type': 'x.ExtAuthzPerRoute', disabled: true } }
    const route_config = { ...manager['route_config'], name: 'r', typed_per_filter_config: settings }
    configs.push(
      { '@type': `${ADMIN}.RoutesConfigDump`, dynamic_route_configs: [{ route_config }] },
      {
        '@type': `${ADMIN}.EcdsConfigDump`,
        ecds_filters: [{ ecds_filter: { name: 'by-name', typed_config: slot['typed_config'] } }],
      },
      {
        '@type': `${ADMIN}.EndpointsConfigDump`,
        dynamic_endpoint_configs: [{ endpoint_config: { ...cluster['load_assignment'], cluster_name: 'eds' } }],
      },
      {
        '@type': `${ADMIN}.SecretsConfigDump`,
        dynamic_active_secrets: [
          {
            name: 'ROOTCA',
            secret: {
              name: 'ROOTCA',
              validation_context: { trusted_ca: {}, trust_chain_verification: 'ACCEPT_UNTRUSTED' },
            },
          },
        ],
      },
    )
    manager['rds'] = { route_config_name: 'r' }
    delete manager['route_config']
    delete cluster['load_assignment']
    cluster['eds_cluster_config'] = { service_name: 'eds' }
    delete slot['typed_config']
    slot['name'] = 'by-name'
    slot['config_discovery'] = {}
    tls['common_tls_context'].combined_validation_context = {
      default_validation_context: { match_typed_subject_alt_names: [] },
      validation_context_sds_secret_config: { name: 'ROOTCA' },
    }
    delete tls['common_tls_context'].validation_context
    expect(complaints(judgeValue({ configs }))).toEqual(['envoy-routes warning', 'envoy-trust-chain failed'])
  })

  it('lowerCamelCase, as Envoy takes it too, hides nothing', () => {
    const { '@type': type, ...authz } = partsOf(readEnvoyFile('sidecar')).authz
    const open = { '@type': type, ...authz, failureModeAllow: true }
    delete (open as Node)['failure_mode_allow']
    const found = judgeFile('sidecar', ({ slot }) => {
      delete slot['typed_config']
      slot['typedConfig'] = open
    })
    expect(complaints(found)).toEqual(['envoy-failure-mode failed'])
  })

  it('a TypedStruct is looked into', () => {
    const found = judgeFile('sidecar', ({ slot }) => {
      const { '@type': type_url, ...value } = slot['typed_config']
      slot['typed_config'] = {
        '@type': 'x/xds.type.v3.TypedStruct',
        type_url,
        value: { ...value, clear_route_cache: true },
      }
    })
    expect(complaints(found)).toEqual(['envoy-route-cache failed'])
  })
})

describe('which filter asks Holdfast', () => {
  it('a listener that does not ask is named, but for one that goes out', () => {
    const second = (change: (listener: Node) => void) =>
      judgeFile('sidecar', ({ whole }) => {
        const listener = structuredClone(whole['static_resources'].listeners[0]) as Node
        listener['name'] = 'second'
        listener['filter_chains'][0].filters[0].typed_config.http_filters.shift()
        change(listener)
        whole['static_resources'].listeners.push(listener)
      })
    const found = second(() => undefined)
    expect(complaints(found)).toEqual(['envoy-coverage warning'])
    expect(found.find(({ id }) => id === 'envoy-coverage')?.subject).toBe('second')
    expect(
      complaints(
        second((listener) => {
          listener['traffic_direction'] = 'OUTBOUND'
        }),
      ),
    ).toEqual([])
  })

  it('what is the same at several listeners is said once', () => {
    const found = judgeFile('sidecar', ({ whole, authz }) => {
      authz['failure_mode_allow'] = true
      whole['static_resources'].listeners.push({ ...whole['static_resources'].listeners[0], name: 'second' })
    })
    const [open, ...others] = found.filter(({ id }) => id === 'envoy-failure-mode')
    expect([open?.subject, others]).toEqual(['ingress, second', []])
  })

  it('two filters: the one that leads to where Holdfast listens', () => {
    const rename = (cluster: string, prefix: string) => (parts: ReturnType<typeof partsOf>) => {
      parts.slot['typed_config'].grpc_service.envoy_grpc.cluster_name = cluster
      parts.slot['typed_config'].stat_prefix = prefix
      parts.cluster['name'] = cluster
      const other = structuredClone(parts.slot)
      Object.assign(other['typed_config'], {
        failure_mode_allow: true,
        grpc_service: { envoy_grpc: { cluster_name: 'opa' } },
      })
      parts.manager['http_filters'].unshift(other)
    }
    expect(complaints(judgeFile('sidecar', rename('authz', 'a')))).toEqual([])
    const elsewhere = judgeFile('sidecar', rename('authz', 'a'), { listen: { kind: 'unix', path: '/s' } })
    expect(complaints(elsewhere)).toEqual(['envoy-filter unknown'])
    expect(elsewhere.find(({ id }) => id === 'envoy-filter')?.seen).toContain('opa, authz')
  })

  it('one filter is Holdfast, whatever its name', () => {
    const found = judgeFile(
      'sidecar',
      ({ authz, cluster }) => {
        authz['stat_prefix'] = 'a'
        authz['grpc_service'].envoy_grpc.cluster_name = 'authz'
        cluster['name'] = 'authz'
      },
      { listen: { kind: 'tcp', host: '0.0.0.0', port: 1 } },
    )
    expect(complaints(found)).toEqual([])
  })

  it('a filter within a matcher, or by ECDS that is not there, is unknown, never good', () => {
    const within = judgeFile('sidecar', ({ slot, authz }) => {
      slot['typed_config'] = { '@type': 'x.ExtensionWithMatcher', extension_config: { typed_config: { ...authz } } }
    })
    const discovered = judgeFile('sidecar', ({ slot }) => {
      delete slot['typed_config']
      slot['config_discovery'] = {}
    })
    for (const found of [within, discovered]) expect(statusOf(found, 'envoy-filter')).toBe('unknown')
  })
})

describe('what cannot be judged is said', () => {
  it.each([null, 1, 'x', [], {}, { configs: [] }, { configs: [{ '@type': 'x.y' }] }, { static_resources: 1 }])(
    'neither a dump nor a configuration: %j',
    (value) => expect(complaints(judgeValue(value))).toEqual(['envoy-dump unknown']),
  )

  it('no listener that takes in HTTP', () => {
    expect(complaints(judgeValue({ static_resources: {} }))).toEqual(['envoy-filter unknown'])
  })

  it('out of reach is told apart', () => {
    const [finding, ...others] = judgeEnvoy({ kind: 'unreachable', source: 'u', detail: 'ECONNREFUSED' }, WISHES)
    expect([finding?.status, finding?.unreachable, others]).toEqual(['failed', true, []])
    const [unread] = judgeEnvoy({ kind: 'unreadable', source: 'u', detail: 'no YAML' }, WISHES)
    expect([unread?.status, unread?.unreachable]).toEqual(['unknown', true])
  })

  it.each([
    ['envoy-failure-mode', 'failure_mode_allow'],
    ['envoy-certificate', 'include_peer_certificate'],
    ['envoy-raw-headers', 'encode_raw_headers'],
    ['envoy-route-cache', 'clear_route_cache'],
    ['envoy-mutations', 'validate_mutations'],
    ['envoy-shadow', 'shadow_mode'],
    ['envoy-enabled', 'filter_enabled'],
    ['envoy-service', 'transport_api_version'],
    ['envoy-headers', 'allowed_headers'],
  ])('%s is unknown where %s has a form of its own', (id, field) => {
    for (const garbage of ['yes', [], 7, { value: true }]) {
      const found = judgeFile('sidecar', ({ authz }) => {
        authz[field] = garbage
      })
      expect(['unknown', 'failed']).toContain(statusOf(found, id))
    }
  })
})
