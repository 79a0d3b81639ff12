/** The volumes with the sidecar's files: `holdfast.volumes` and `holdfast.secretSources` of the chart. */
import type { ChartValues } from './chart-values.ts'

interface Volume {
  readonly name: string
  readonly [source: string]: unknown
}

/** 0644, which the API server takes where nothing is said. */
const USUAL_MODE = 0o644
/** The pod's fsGroup is not ours to set, so our user reads by the bits for all. Our container alone mounts them. */
const SECRET_MODE = 0o444

/** Configuration, key sets, revocations. `fullName` is the start of the names of the release's objects. */
export function fileVolumes(values: ChartValues, fullName: string, configMap: string | undefined): readonly Volume[] {
  const { keySets, revocationList } = values
  const keys = Object.keys(keySets.files).length > 0 ? `${fullName}-keys` : keySets.existingConfigMap
  const list = revocationList.existingConfigMap
  const items = [{ key: revocationList.key, path: 'revocations.json' }]
  return [
    fromConfigMap('holdfast-config', { name: configMap ?? `${fullName}-config` }),
    ...(keys === '' ? [] : [fromConfigMap('holdfast-keys', { name: keys })]),
    ...(list === '' ? [] : [fromConfigMap('holdfast-revocation', { name: list, items })]),
  ]
}

function fromConfigMap(name: string, source: Readonly<Record<string, unknown>>): Volume {
  return { name, configMap: { ...source, defaultMode: USUAL_MODE } }
}

/** One volume with a source for each Secret that values name; none where they name none. */
export function secretsVolume({ secrets }: ChartValues): readonly Volume[] {
  const { nonce, clientSecret, redisPassword, redisTls, serverTls } = secrets
  const wanted: readonly [name: string, ...items: [key: string, path: string][]][] = [
    [nonce.existingSecret, [nonce.key, 'nonce-secret']],
    [clientSecret.existingSecret, [clientSecret.key, 'client-secret']],
    [redisPassword.existingSecret, [redisPassword.key, 'redis-password']],
    [
      redisTls.existingSecret,
      [redisTls.caKey, 'redis-tls/ca.crt'],
      [redisTls.certificateKey, 'redis-tls/tls.crt'],
      [redisTls.keyKey, 'redis-tls/tls.key'],
    ],
    [
      serverTls.existingSecret,
      [serverTls.certificateKey, 'server-tls/tls.crt'],
      [serverTls.keyKey, 'server-tls/tls.key'],
      [serverTls.clientCaKey, 'server-tls/ca.crt'],
    ],
  ]
  const sources = wanted.flatMap(([name, ...pairs]) => {
    const items = pairs.filter(([key]) => key !== '').map(([key, path]) => ({ key, path }))
    return name === '' || items.length === 0 ? [] : [{ secret: { name, items } }]
  })
  return sources.length === 0 ? [] : [{ name: 'holdfast-secrets', projected: { defaultMode: SECRET_MODE, sources } }]
}
