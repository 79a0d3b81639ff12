import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { makePlans } from '../../../src/config/plans.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { checkRequest } from '../../../src/drill/target/check-request.ts'
import { makeReleaseWorld } from '../../../src/drill/world/release-world.ts'
import { PODS, WORKLOAD_NAMES } from '../../../src/drill/world/workloads.ts'
import { credentialsOf, loadWorld, type World } from '../../../src/drill/world/world.ts'

let dir: string
let printed: string
let world: World
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  printed = await makeReleaseWorld(dir, 'w')
  const loaded = await loadWorld(dir)
  if (!loaded.ok) throw new Error(loaded.error)
  world = loaded.value
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it('its route enforces, and believes its issuer alone', () => {
  const { routes } = makePlans(configSchema.parse(parse(printed).config))
  expect(routes).toHaveLength(1)
  expect(routes[0]?.mode).toBe('enforce')
  expect([...(routes[0]?.issuers ?? [])]).toEqual([world.issuer])
  expect(new Set(Object.values(world.origins))).toEqual(new Set([routes[0]?.origin]))
})

it('its certificates have no SPIFFE ID, so that no trust domain has to be believed, and outlive a day', () => {
  const inMonthsMs = Date.now() + 300 * 86_400_000
  for (const workload of WORKLOAD_NAMES) {
    for (const pod of PODS) {
      const certificate = new X509Certificate(credentialsOf(world, workload, pod).certificatePem)
      expect(certificate.subjectAltName).toBeUndefined()
      expect(certificate.verify(new X509Certificate(world.caPem).publicKey)).toBe(true)
      expect(certificate.validToDate.getTime()).toBeGreaterThan(inMonthsMs)
    }
  }
})

it('a Check says of such a certificate what Envoy would: its subject as principal, an empty URI', () => {
  const call = {
    service: 'payments',
    method: 'GET',
    path: '/',
    headers: [],
    workload: 'reports',
    pod: '1',
    from: '127.0.0.1',
  } as const
  const { message, headers } = checkRequest(world, call)
  expect(message).toMatchObject({ attributes: { source: { principal: expect.stringContaining('CN=reports') } } })
  expect(headers.find(([name]) => name === 'x-forwarded-client-cert')?.[1]).toMatch(/^Hash=[0-9a-f]{64};URI=$/)
})
