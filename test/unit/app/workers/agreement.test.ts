import { expect, it } from 'vitest'
import { agreementOf } from '../../../../src/app/workers/agreement.ts'
import type { Config } from '../../../../src/config/schema.ts'

const TLS = { certificate: 'a.crt', key: 'a.key', clientCa: null }

function config(store: object, server: object = {}, more: object = {}): Config {
  return { store, server: { listen: '127.0.0.1:9191', tls: null, ...server }, ...more } as Config
}

const REDIS = { kind: 'redis', redis: { url: 'redis://user:secret@127.0.0.1:6379', prefix: 'a:' } }
const base = agreementOf(config(REDIS))

it.each<[string, Config]>([
  ['another kind of store', config({ kind: 'memory' })],
  ['another prefix', config({ ...REDIS, redis: { ...REDIS.redis, prefix: 'b:' } })],
  ['another address', config(REDIS, { listen: '127.0.0.1:9192' })],
  ['TLS where there was none', config(REDIS, { tls: TLS })],
])('%s is something else', (_, other) => {
  expect(agreementOf(other)).not.toBe(base)
})

it('client certificates that are no longer asked for are something else, other files of TLS are not', () => {
  const mtls = agreementOf(config(REDIS, { tls: { ...TLS, clientCa: 'ca' } }))
  expect(mtls).not.toBe(agreementOf(config(REDIS, { tls: TLS })))
  expect(mtls).toBe(agreementOf(config(REDIS, { tls: { certificate: 'b', key: 'b', clientCa: 'b' } })))
})

it('what each worker takes up by itself does not count', () => {
  expect(agreementOf(config(REDIS, { drainSeconds: 1, workers: 3 }, { routes: [] }))).toBe(base)
})

it('tells nothing of the password in the URL', () => {
  expect(base).toMatch(/^[0-9a-f]{64}$/)
})
