/** What changes under a running process, and that it holds within 5 s without a signal; what is faulty never does. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSigningKey } from '../../src/drill/mint.ts'
import { ask, askHonest, checkOf, type Verdict } from '../support/checks.ts'
import { type CheckClient, encodeCheckRequest, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, type Holder, jwksOf, makeHolder, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { type RunningHoldfast, runCommand, startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'
/** The promise of the interface. */
const TAKEN_UP_MS = 5_000
const ROUTES = [
  routeOf('api', AUTHORITY, '/', { nonce: 'required' }),
  routeOf('open', AUTHORITY, '/open', { mode: 'off' }),
]

let parties: Parties
let ports: { grpc: number; admin: number }
let holdfast: RunningHoldfast
let client: CheckClient
let holder: Holder

beforeAll(async () => {
  parties = await makeParties()
  ports = { grpc: await freePort(), admin: await freePort() }
  parties.write('holdfast.yaml', config())
  holdfast = await startServing(`${parties.dir}/holdfast.yaml`, ports.admin)
  client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  holder = await makeHolder(parties)
})
afterAll(async () => {
  client?.close()
  await holdfast?.stop()
  parties?.forget()
})

function config(
  routes: readonly Readonly<Record<string, unknown>>[] = ROUTES,
  more: Record<string, unknown> = {},
): string {
  return configText(ports, routes, { revocation: { file: 'revocations.json' }, ...more })
}

const honest = (nonce?: string): Promise<Verdict> => askHonest(client, holder, { authority: AUTHORITY }, nonce)
const naked = (path: string): Promise<Verdict> => ask(client, checkOf({ authority: AUTHORITY, path }))
const soon = (what: string, test: () => Promise<boolean>): Promise<void> => until(what, test, TAKEN_UP_MS)

async function componentDetail(name: string): Promise<string> {
  const { body } = await holdfast.page('/readyz')
  return (JSON.parse(body) as { components: Record<string, { detail: string }> }).components[name]?.detail ?? ''
}

describe('a changed configuration', () => {
  it('is taken up, and shows in log, metric and /config', async () => {
    const before = await holdfast.metric('holdfast_config_reload_total', { outcome: 'success' })
    expect((await naked('/open')).allowed).toBe(true)
    parties.write('holdfast.yaml', config([ROUTES[0] ?? {}, routeOf('open', AUTHORITY, '/open')]))
    await soon('/open is enforced', async () => !(await naked('/open')).allowed)
    expect(await honest()).toMatchObject({ allowed: true })
    expect(await holdfast.metric('holdfast_config_reload_total', { outcome: 'success' })).toBe(before + 1)
    expect(holdfast.logged('configuration taken up').length).toBeGreaterThan(0)
    const { routes } = (JSON.parse((await holdfast.page('/config')).body) as { config: { routes: { mode: string }[] } })
      .config
    expect(routes.map(({ mode }) => mode)).toEqual(['enforce', 'enforce'])
  })

  it('that is faulty is told with its lines, and the last good one stands; mended, it is taken up', async () => {
    const before = await holdfast.metric('holdfast_config_reload_total', { outcome: 'failure' })
    parties.write('holdfast.yaml', config([routeOf('open', AUTHORITY, '/', { mode: 'off', bnding: {} })]))
    await soon('the failure is counted', async () => {
      return (await holdfast.metric('holdfast_config_reload_total', { outcome: 'failure' })) > before
    })
    expect((await naked('/')).allowed).toBe(false)
    expect(await honest()).toMatchObject({ allowed: true })
    const [line] = holdfast.logged('the changed configuration is not taken up').slice(-1)
    expect(line?.['faults']).toEqual([expect.stringMatching(/holdfast\.yaml:\d+:\d+: .*bnding.*; /)])
    const page = await holdfast.page('/readyz')
    expect(page.status).toBe(200)
    expect(await componentDetail('config')).toMatch(/bnding.*stands/)

    parties.write('holdfast.yaml', config())
    await soon('it is mended', async () => (await naked('/open')).allowed)
    expect(await componentDetail('config')).not.toContain('bnding')
  })

  it('that cuts off an issuer, or takes away its own file, is not taken up either', async () => {
    const before = await holdfast.metric('holdfast_config_reload_total', { outcome: 'failure' })
    const keys = { jwksFile: 'not-there.json' }
    parties.write('holdfast.yaml', config(ROUTES, { issuers: [{ issuer: 'https://other.example', keys }] }))
    await soon('the failure is counted', async () => {
      return (await holdfast.metric('holdfast_config_reload_total', { outcome: 'failure' })) > before
    })
    expect(await honest()).toMatchObject({ allowed: true })
    parties.write('holdfast.yaml', config())
    await soon('it is mended', async () => !(await componentDetail('config')).includes('not-there'))
  })
})

describe('a changed file', () => {
  it('C14 key set: a new key verifies, a removed one no longer does', async () => {
    const { key: next } = await newSigningKey('ES256')
    const later = await makeHolder({ issuerKey: next })
    const sends = (who: Holder): Promise<Verdict> => askHonest(client, who, { authority: AUTHORITY })
    expect(await sends(later)).toMatchObject({ allowed: false })
    parties.write('jwks.json', jwksOf(parties.issuerKey, next))
    await soon('the new key verifies', async () => (await sends(later)).allowed)
    expect(await sends(holder)).toMatchObject({ allowed: true })
    parties.write('jwks.json', jwksOf(next))
    // Also for a token that was verified before and is remembered.
    await soon('the old key is gone', async () => !(await sends(holder)).allowed)
    expect(await sends(later)).toMatchObject({ allowed: true })
    parties.write('jwks.json', '{"keys":[')
    await soon('the fault is told', async () => holdfast.logged('issuer keys could not be refreshed').length > 0)
    expect(await sends(later)).toMatchObject({ allowed: true })
    parties.write('jwks.json', jwksOf(parties.issuerKey, next))
    await soon('both verify', async () => (await sends(holder)).allowed)
  })

  it('A33 nonce secret: nonces of the old one end, and the dance gives new ones', async () => {
    const { nonce } = await honest()
    expect(await honest(nonce)).toMatchObject({ allowed: true })
    parties.write('nonce-secret', randomBytes(32).toString('base64url'))
    await soon('the old nonce is refused', async () => (await honest(nonce)).reason === 'nonce_invalid')
    expect(await honest()).toMatchObject({ allowed: true })
  })

  it('revocations: what `revoke` writes holds, what `unrevoke` takes back passes', async () => {
    const cut = await makeHolder(parties)
    const sends = (): Promise<Verdict> => askHonest(client, cut, { authority: AUTHORITY })
    expect(await sends()).toMatchObject({ allowed: true })
    const file = ['--config', `${parties.dir}/holdfast.yaml`]
    const revoked = await runCommand(['revoke', 'key', cut.key.thumbprint, '--json', ...file])
    expect(revoked).toMatchObject({ code: 0, stderr: '' })
    await soon('the key is cut off', async () => (await sends()).reason === 'revoked')
    expect(await honest()).toMatchObject({ allowed: true })
    const { id } = JSON.parse(revoked.stdout) as { id: string }
    expect(await runCommand(['unrevoke', id, ...file])).toMatchObject({ code: 0 })
    await soon('the key passes again', async () => (await sends()).allowed)
  })

  it('client secret: demanded once it is configured, and changed with its file', async () => {
    const send = async (secret: string): Promise<boolean> => {
      const request = encodeCheckRequest(checkOf({ authority: AUTHORITY, path: '/open' }))
      const { status } = await client.check(request, { metadata: { 'x-holdfast-client-secret': secret } })
      return (status?.code ?? 0) === 0
    }
    parties.write('client-secret', 'first-secret')
    parties.write('holdfast.yaml', config(ROUTES, { server: { clientSecret: 'file:client-secret' } }))
    await soon('a secret is demanded', async () => !(await naked('/open')).allowed)
    expect([await send('first-secret'), await send('other-secret')]).toEqual([true, false])
    parties.write('client-secret', 'second-secret\n')
    await soon('the new one counts', () => send('second-secret'))
    expect(await send('first-secret')).toBe(false)
    parties.write('holdfast.yaml', config())
    await soon('none is demanded', async () => (await naked('/open')).allowed)
  })

  it('what needs a restart is told, and the rest of the same change taken up', async () => {
    const other = { grpc: await freePort(), admin: ports.admin }
    const text = configText(other, ROUTES.slice(0, 1), { revocation: { file: 'revocations.json' } })
    parties.write('holdfast.yaml', text)
    await soon('/open is enforced', async () => !(await naked('/open')).allowed)
    const lines = holdfast.logged('a change of this section takes hold at the next start')
    expect(lines.map(({ section }) => section)).toContain('server')
  })
})
