import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCases } from '../../../src/drill/cases/open-cases.ts'
import { USUAL_PORTS } from '../../../src/drill/local/ports.ts'
import { HOLDFAST_CONFIG, makeWorld } from '../../../src/drill/world/make-world.ts'
import { loadWorld, type World } from '../../../src/drill/world/world.ts'
import { freePort } from '../../support/ports.ts'

let dir: string
let world: World

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  await makeWorld(dir, { ...USUAL_PORTS, holdfastAdmin: await freePort() }, undefined)
  const loaded = await loadWorld(dir)
  if (!loaded.ok) throw new Error(loaded.error)
  world = loaded.value
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const QUESTION = { kind: 'session', value: 's', issuer: 'https://a.example' } as const

/** The world with these in place of its console. */
async function opened(more: Partial<World>) {
  const { console: _, ...without } = world
  return openCases({ ...without, ...more }, {})
}

describe('where cases are asked for', () => {
  it('nowhere, where the world names neither console nor configuration', async () => {
    expect(await opened({})).toEqual({ ok: false, error: expect.stringContaining('knows no ledger here') })
  })

  it('by a console: one that is not there makes no case, and says where', async () => {
    const cases = await openCases(world, {})
    const asked = cases.ok ? await cases.value.ask(QUESTION) : cases
    expect(asked).toEqual({ ok: false, error: `${world.console?.url}: ECONNREFUSED` })
  })

  it('a secret that cannot be read is named by its file', async () => {
    const console = { url: 'http://127.0.0.1:1', secretFile: join(dir, 'nowhere') }
    expect(await opened({ console })).toEqual({ ok: false, error: expect.stringContaining('nowhere: cannot be read') })
  })

  it("by a configuration: the embedded ledger is its server's console", async () => {
    const cases = await opened({ replicaConfig: join(dir, HOLDFAST_CONFIG) })
    const asked = cases.ok ? await cases.value.ask(QUESTION) : cases
    expect(asked).toEqual({ ok: false, error: expect.stringContaining('ECONNREFUSED') })
  })

  it('a configuration without a ledger to read says so in the words of the command', async () => {
    const replicaConfig = join(dir, 'none.yaml')
    writeFileSync(replicaConfig, 'server: 1')
    const cases = await opened({ replicaConfig })
    expect(cases).toEqual({ ok: false, error: expect.stringMatching(/none\.yaml.*server/) })
  })
})
