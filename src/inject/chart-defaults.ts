/** Defaults of the chart's values for the sidecar, so that no chart has to lie beside the program. A test holds them to values.yaml. */
export const CHART_DEFAULTS = {
  nameOverride: '',
  fullnameOverride: '',
  global: {},
  image: {
    registry: 'registry.example.com',
    repository: 'holdfast/holdfast',
    tag: '',
    digest: '',
    pullPolicy: 'IfNotPresent',
  },
  // Not in values.yaml: the server's own defaults.
  config: { server: { listen: '127.0.0.1:9191' }, admin: { listen: '127.0.0.1:9901' } },
  keySets: { files: {}, existingConfigMap: '' },
  revocationList: { existingConfigMap: '', key: 'revocations.json' },
  secrets: {
    nonce: { existingSecret: '', key: 'nonce-secret' },
    clientSecret: { existingSecret: '', key: 'client-secret' },
    redisPassword: { existingSecret: '', key: 'redis-password' },
    redisTls: { existingSecret: '', caKey: 'ca.crt', certificateKey: '', keyKey: '' },
    serverTls: { existingSecret: '', certificateKey: 'tls.crt', keyKey: 'tls.key', clientCaKey: 'ca.crt' },
  },
  pod: { runAsUser: 65_532, runAsGroup: 65_532 },
  sidecar: {
    resources: {
      requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '16Mi' },
      limits: { memory: '384Mi', 'ephemeral-storage': '64Mi' },
    },
    nodeOptions: '--max-semi-space-size=8 --max-old-space-size=192',
    startupProbe: { waitFor: 'ready', periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
    readinessProbe: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 2 },
    livenessProbe: { periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 },
  },
} as const
