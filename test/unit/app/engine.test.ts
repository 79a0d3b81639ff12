import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { changesReplay, longestSkewMs } from '../../../src/app/engine.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-engine-'))
afterAll(() => rmSync(folder, { recursive: true }))

const BASE = `
issuers: [{ issuer: "https://as.example.com", keys: { jwksFile: jwks.json }, algorithms: [ES256] }]
routes:
  - name: payments
    match: { authority: payments.example.com, pathPrefix: / }
    origin: https://payments.example.com
    audience: https://payments.example.com
    mode: enforce
    binding: { anyOf: [dpop] }
    proof: { maxAgeSeconds: 60, futureSkewSeconds: 5 }
`

async function config(text = BASE): Promise<Config> {
  const path = join(folder, 'holdfast.yaml')
  writeFileSync(path, text)
  const loaded = await loadConfig(path)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  return loaded.config
}

describe('a change after which an old mark may no longer hold raises the fence', () => {
  it.each([
    ['the same configuration', BASE, false],
    ['another audience', BASE.replace('audience: https://payments', 'audience: https://other'), false],
    ['another log level', `log: { level: debug }\n${BASE}`, false],
    ['a longer window', BASE.replace('maxAgeSeconds: 60', 'maxAgeSeconds: 120'), true],
    ['more skew', BASE.replace('futureSkewSeconds: 5', 'futureSkewSeconds: 10'), true],
    ['another scope', `scope: gateway\n${BASE}`, true],
    ['another path', BASE.replace('pathPrefix: /', 'pathPrefix: /v1'), true],
    ['a mode that begins to enforce', BASE.replace('mode: enforce', 'mode: "off"'), true],
  ])('%s: %s', async (_title, text, raises) => {
    expect(changesReplay(await config(text), await config())).toBe(raises)
  })

  it('by as much as a proof may have been dated ahead', async () => {
    expect(longestSkewMs(await config())).toBe(5000)
  })
})
