import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { USUAL_PORTS } from '../../../src/drill/local/ports.ts'
import { makeWorld, readSidecarConfig } from '../../../src/drill/world/make-world.ts'
import { PODS, WORKLOAD_NAMES, WORKLOADS } from '../../../src/drill/world/workloads.ts'
import { credentialsOf, loadWorld, type World } from '../../../src/drill/world/world.ts'

let dir: string
let world: World

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  await makeWorld(dir, USUAL_PORTS, readSidecarConfig())
  const loaded = await loadWorld(dir)
  if (!loaded.ok) throw new Error(loaded.error)
  world = loaded.value
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('a world', () => {
  it('keeps every file to its owner', () => {
    for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(statSync(join(entry.parentPath, entry.name)).mode & 0o077, entry.name).toBe(0)
    }
  })

  it('has a certificate for each pod: the SPIFFE ID of its workload, and a key of its own', () => {
    const seen = new Set<string>()
    const ca = new X509Certificate(world.caPem)
    for (const workload of WORKLOAD_NAMES) {
      for (const pod of PODS) {
        const certificate = new X509Certificate(credentialsOf(world, workload, pod).certificatePem)
        expect(certificate.subjectAltName).toBe(`URI:${WORKLOADS[workload]}`)
        expect(certificate.verify(ca.publicKey)).toBe(true)
        seen.add(certificate.fingerprint256)
      }
    }
    expect(seen.size).toBe(WORKLOAD_NAMES.length * PODS.length)
  })

  it('shows no private member in the key set', () => {
    const set = JSON.parse(readFileSync(join(dir, 'jwks.json'), 'utf8')) as { keys: Record<string, unknown>[] }
    expect(set.keys).toHaveLength(1)
    expect(set.keys[0]).not.toHaveProperty('d')
    expect(set.keys[0]?.['kid']).toBe(world.issuerKey.thumbprint)
  })

  it.each([
    ['world.json', 'make up'],
    ['issuer-key.json', 'make up'],
  ])('without %s the error names it and the mend', async (name, mend) => {
    const copy = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    for (const file of ['world.json', 'ca.crt', 'issuer-key.json']) {
      if (file !== name) writeFileSync(join(copy, file), readFileSync(join(dir, file)))
    }
    const loaded = await loadWorld(copy)
    expect(loaded.ok ? '' : loaded.error).toContain(name)
    expect(loaded.ok ? '' : loaded.error).toContain(mend)
    rmSync(copy, { recursive: true })
  })

  it.each(['', '[]', 'null', '{"issuer":"x"}', '{"issuer":"x","origins":{"payments":"nowhere"}}'])(
    'a world.json that holds %j is refused with what it needs',
    async (text) => {
      const copy = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
      for (const file of ['ca.crt', 'issuer-key.json']) writeFileSync(join(copy, file), readFileSync(join(dir, file)))
      writeFileSync(join(copy, 'world.json'), text)
      const loaded = await loadWorld(copy)
      expect(loaded.ok ? '' : loaded.error).toContain('needs "issuer"')
      rmSync(copy, { recursive: true })
    },
  )
})
