import { describe, expect, test } from 'vitest'
import { insecureSettings } from '../../../src/config/insecure.ts'
import { redacted } from '../../../src/config/redacted.ts'
import type { Config } from '../../../src/config/schema.ts'
import { configText, loadText, type Parts } from './config-file.ts'

async function load(parts: Parts): Promise<Config> {
  const loaded = await loadText(configText(parts))
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  return loaded.config
}

describe('weakenings in force', () => {
  test('none by default', async () => {
    expect(insecureSettings(await load({}))).toEqual([])
  })

  test('each by its path', async () => {
    const config = await load({
      top: {
        server: '{ listen: 0.0.0.0:9191 }',
        store: '{ kind: redis }',
        nonce: '{ secret: env:NONCE }',
      },
      issuer: {
        keys: '{ jwksUri: http://as.example.com/jwks, insecureHttp: true }',
        tokenTypes: '[]',
        insecureAnyTokenType: 'true',
        insecureIgnoredConfirmations: '[osc]',
      },
      route: {
        binding: '{ anyOf: [dpop, insecureBearer] }',
        onStoreOutage: 'insecureAllow',
        onRevocationStale: 'insecureAllow',
      },
      routes: [
        '{ name: b, match: { authority: b.example }, origin: https://b.example, audience: b, onStoreOutage: insecureMemory }',
      ],
    })
    expect(insecureSettings(config)).toEqual([
      'server.listen',
      'issuers[0].keys.insecureHttp',
      'issuers[0].insecureAnyTokenType',
      'issuers[0].insecureIgnoredConfirmations',
      'routes[0].binding.insecureBearer',
      'routes[0].onStoreOutage.insecureAllow',
      'routes[0].onRevocationStale.insecureAllow',
      'routes[1].onStoreOutage.insecureMemory',
    ])
  })

  test.each([
    ['127.0.0.1:9191', false],
    ['127.8.8.8:9191', false],
    ['"[::1]:9191"', false],
    ['localhost:9191', false],
    ['unix:///run/holdfast.sock', false],
    ['0.0.0.0:9191', true],
    ['"[::]:9191"', true],
    ['10.0.0.1:9191', true],
    ['holdfast.example:9191', true],
  ])('plaintext on %s: %s', async (listen, exposed) => {
    const settings = insecureSettings(await load({ top: { server: `{ listen: ${listen} }` } }))
    expect(settings).toEqual(exposed ? ['server.listen'] : [])
  })

  test('TLS makes an open address good', async () => {
    const server = '{ listen: 0.0.0.0:9191, tls: { certificate: c, key: k } }'
    expect(insecureSettings(await load({ top: { server } }))).toEqual([])
  })
})

test('the redacted configuration shows where secrets stand, and no query of a URL', async () => {
  const config = await load({
    top: { nonce: '{ secret: env:NONCE }' },
    issuer: { keys: '{ jwksUri: "https://as.example.com/jwks?key=hunter2" }' },
    route: { resourceMetadata: 'https://a.example/m?k=hunter2' },
  })
  const shown = redacted(config)
  expect(shown.nonce.secret).toBe('env:NONCE')
  expect(shown.issuers[0]?.keys.jwksUri).toBe('https://as.example.com/jwks?***')
  expect(JSON.stringify(shown)).not.toContain('hunter2')
  expect(config.issuers[0]?.keys.jwksUri).toContain('hunter2')
})
