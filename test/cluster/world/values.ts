/** Values for sidecars: the least that the chart takes, and as much as a sidecar can have. */
export const LEAST = {
  singlePodPerScope: true,
  config: {
    issuers: [{ issuer: 'https://as.example.com', keys: { jwksUri: 'https://as.example.com/jwks' } }],
    routes: [
      {
        name: 'payments',
        match: { authority: 'payments.example.com' },
        origin: 'https://payments.example.com',
        audience: 'https://payments.example.com',
      },
    ],
  },
}

export const MOST = {
  ...LEAST,
  fullnameOverride: 'guard',
  global: { imageRegistry: 'mirror.example.com' },
  image: { tag: '9.9.9', digest: `sha256:${'a'.repeat(64)}`, pullPolicy: 'Always' },
  config: {
    ...LEAST.config,
    server: { listen: 'unix:///run/holdfast/holdfast.sock' },
    admin: { listen: '0.0.0.0:9911' },
    store: { kind: 'redis', redis: { url: 'rediss://redis.data.svc:6380' } },
  },
  keySets: { files: { 'as.json': '{"keys":[]}' } },
  revocationList: { existingConfigMap: 'revoked', key: 'list.json' },
  secrets: {
    nonce: { existingSecret: 'nonce' },
    clientSecret: { existingSecret: 'client', key: 'text' },
    redisPassword: { existingSecret: 'redis' },
    redisTls: { existingSecret: 'redis-tls', certificateKey: 'tls.crt', keyKey: 'tls.key' },
  },
  nodeOptions: '--for-pods-of-our-own',
  pod: { runAsUser: '', runAsGroup: '' },
  sidecar: {
    nodeOptions: '--max-old-space-size=128 --title="a \\ <b> & c"',
    resources: { requests: { cpu: 1, memory: 134_217_728 }, limits: { memory: '512Mi', cpu: 2 } },
    startupProbe: { waitFor: 'live', failureThreshold: 7 },
    readinessProbe: { periodSeconds: 11 },
    livenessProbe: { timeoutSeconds: 6 },
  },
}
