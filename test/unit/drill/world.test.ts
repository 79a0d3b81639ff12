import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { USUAL_PORTS } from '../../../src/drill/local/ports.ts'
import { makeWorld } from '../../../src/drill/world/make-world.ts'
import { behindSecondGateway, loadWorld, WORLD_FILE, type World } from '../../../src/drill/world/world.ts'

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  await makeWorld(dir, USUAL_PORTS, undefined)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function loaded(more: Readonly<Record<string, unknown>>): Promise<World> {
  const file = join(dir, WORLD_FILE)
  const { issuer, origins } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, JSON.stringify({ issuer, origins, ...more }))
  const world = await loadWorld(dir)
  if (!world.ok) throw new Error(world.error)
  return world.value
}

describe('world.json', () => {
  it('names files that count from its folder, where they are not absolute', async () => {
    const world = await loaded({ accessLog: 'a.log', revocations: '/elsewhere/r.json', replicaConfig: 'one.yaml' })
    expect(world).toMatchObject({
      accessLog: join(dir, 'a.log'),
      revocations: '/elsewhere/r.json',
      replicaConfig: join(dir, 'one.yaml'),
    })
    expect(world.secondAccessLog).toBeUndefined()
  })

  it('names the console with its secret, whose files count from its folder too', async () => {
    const console = { url: 'http://127.0.0.1:1', secretFile: 's', certificate: 'c.pem' }
    const world = await loaded({ console })
    expect(world.console).toEqual({ url: console.url, secretFile: join(dir, 's'), certificate: join(dir, 'c.pem') })
    expect((await loaded({ console: { ...console, certificate: undefined } })).console).not.toHaveProperty(
      'certificate',
    )
    expect(await loaded({})).not.toHaveProperty('console')
  })

  it.each([[{ secretFile: 's' }], [{ url: 'http://127.0.0.1:1' }], [{ url: 'nowhere', secretFile: 's' }], ['x']])(
    'is refused with a console that is %j',
    async (console) => {
      await expect(loaded({ console })).rejects.toThrow('"console" has "url" and "secretFile"')
    },
  )

  it('the second gateway has its own access log, or none: never that of the first', async () => {
    const both = behindSecondGateway(await loaded({ accessLog: 'a.log', secondAccessLog: 'b.log' }))
    expect(both.accessLog).toBe(join(dir, 'b.log'))
    const one = behindSecondGateway(await loaded({ accessLog: 'a.log' }))
    expect(one.accessLog).toBeUndefined()
  })
})
