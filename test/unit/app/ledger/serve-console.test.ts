/** The console over a ledger: it judges by the configuration, as the command does. */
import { describe, expect, test } from 'vitest'
import { openConsole } from '../../../../src/app/ledger/serve-console.ts'
import type { Revocation, RevocationList } from '../../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../../../src/check/revocation/revocation-index.ts'
import type { Case } from '../../../../src/ledger/case/case.ts'
import { createLogger } from '../../../../src/observability/logger.ts'
import { configText, loadText } from '../../config/config-file.ts'
import { BEARER, BOUND, type CaseWorld, ISSUER, makeCaseWorld, START_MS } from '../../ledger/case/world.ts'

const NOTHING = buildRevocationIndex([], START_MS / 1000)
const [ONE, OTHER] = ['198.51.100.7', '203.0.113.66'].map((address) => ({
  peer: undefined,
  certificate: undefined,
  address,
}))

interface Given {
  readonly sharing?: string
  readonly revocations?: () => RevocationList | Promise<RevocationList>
}

async function caseOf(world: CaseWorld, query: string, given?: Given): Promise<Case> {
  return JSON.parse(await answer(world, '/console/api/case', query, given)) as Case
}

async function answer(
  { store, names }: CaseWorld,
  path: string,
  query: string,
  { sharing = '[]', revocations = () => NOTHING }: Given = {},
): Promise<string> {
  const top = { console: '{ enabled: true, secret: "env:CONSOLE" }', ledger: `{ sharing: ${sharing} }` }
  const loaded = await loadText(configText({ top }))
  if (!loaded.ok) throw new Error('must load')
  const nowMs = () => START_MS + 60_000
  const options = { store, names, secrets: { console: undefined }, revocations, log: createLogger('error'), nowMs }
  return (await openConsole(loaded.config, options)?.answer({ path, query }))?.body ?? ''
}

describe('ledger.sharing', () => {
  async function concurrent(client: string): Promise<CaseWorld> {
    const world = makeCaseWorld()
    const token = { ...BEARER, client }
    world.use({ token, sender: ONE! })
    world.use({ token, sender: OTHER!, at: 2_000 })
    await world.flush()
    const counterpart = { role: 'other sender', sender: ONE, hash: undefined, atMs: START_MS } as const
    await world.incident(
      { class: 'concurrent', reason: undefined, sender: OTHER!, counterpart, outcome: 'allowed' },
      token,
    )
    return world
  }
  const sharing = '[{ clients: [fleet], addresses: ["198.51.100.0/24", "203.0.113.0/24"] }]'

  test.each([
    ['of that client: nobody is suspected', 'fleet', 'created here'],
    ['of another client: suspected all the same', 'single', 'concurrent use'],
  ])('a rule that names a client, for a session %s', async (_, client, name) => {
    const world = await concurrent(client)
    expect((await caseOf(world, `kind=client&value=${client}`, { sharing })).finding.name).toBe(name)
    expect((await caseOf(world, `kind=client&value=${client}`)).finding.name).toBe('concurrent use')
  })
})

describe('the revocations in force', () => {
  const revocation: Revocation = {
    id: 'rv-1',
    kind: 'session',
    value: 'sid-of-the-runner',
    issuer: ISSUER,
    issuedBeforeSeconds: START_MS / 1000 + 30,
    expiresAtSeconds: undefined,
    why: undefined,
    by: undefined,
    atSeconds: START_MS / 1000 + 30,
  }

  test('are asked for anew for each case', async () => {
    const world = makeCaseWorld()
    world.use()
    await world.flush()
    let list = NOTHING
    const revocations = async (): Promise<RevocationList> => list
    const before = await caseOf(world, `kind=token&value=${BOUND.sha256}`, { revocations })
    expect([before.alive.length, before.revoked]).toEqual([1, []])
    list = buildRevocationIndex([revocation], START_MS / 1000)
    const after = await caseOf(world, `kind=token&value=${BOUND.sha256}`, { revocations })
    expect([after.alive, after.commands]).toEqual([[], []])
    expect(after.revoked).toMatchObject([{ id: 'rv-1', kind: 'session', inForce: true }])
    const page = await answer(world, '/console/case', `kind=token&value=${BOUND.sha256}`, { revocations })
    expect(page).toMatch(/session, revocation .*rv-1.*, in force<\/li>/)
  })
})
