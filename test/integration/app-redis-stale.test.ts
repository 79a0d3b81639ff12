/** An outage of Redis that outlasts `revocation.maxStalenessSeconds`, on a real process: each route as it says. */
import { expect, it, onTestFinished } from 'vitest'
import { askHonest } from '../support/checks.ts'
import { makeCheckClient } from '../support/envoy-messages.ts'
import { configText, makeHolder, makeParties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { startRedis } from '../support/redis.ts'
import { startServing, until } from '../support/running-holdfast.ts'

const AUTHORITY = 'api.example.com'

it('deny refuses with revocation_stale; onRevocationStale insecureAllow passes, says so, and ends with the outage', async () => {
  const parties = await makeParties()
  onTestFinished(parties.forget)
  const holder = await makeHolder(parties)
  const redis = await startRedis()
  onTestFinished(redis.stop)
  const ports = { grpc: await freePort(), admin: await freePort() }
  const insecure = { onStoreOutage: 'insecureMemory', onRevocationStale: 'insecureAllow' }
  const routes = [routeOf('closed', AUTHORITY, '/closed'), routeOf('open', AUTHORITY, '/open', insecure)]
  const store = { kind: 'redis', redis: { url: redis.url } }
  const text = configText(ports, routes, { store, revocation: { maxStalenessSeconds: 1 } })
  const holdfast = await startServing(parties.write('holdfast.yaml', text), ports.admin)
  onTestFinished(holdfast.stop)
  const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
  onTestFinished(() => client.close())
  const honest = (path: string) => askHonest(client, holder, { authority: AUTHORITY, path })
  expect((await honest('/closed')).allowed).toBe(true)

  await redis.kill()
  await until('the list is stale', async () => (await honest('/closed')).reason === 'revocation_stale')
  expect((await honest('/closed')).status).toBe(503)
  // The first one finds out that the stand-in is needed, and its nonce is older than that.
  expect((await honest('/open')).reason).toBe('nonce_stale')
  const passed = await honest('/open')
  expect(passed.reason).toBe('ok')
  const degraded = passed.response.dynamic_metadata?.fields['degraded']?.stringValue
  expect(degraded).toBe('insecureStaleRevocations,insecureMemory')
  for (const choice of ['insecureStaleRevocations', 'insecureMemory']) {
    expect(await holdfast.metric('holdfast_insecure_allows_total', { choice })).toBeGreaterThan(0)
  }
  expect(holdfast.logged('decision').some((line) => line['degraded'] === degraded)).toBe(true)

  await redis.start()
  await until('it serves again', async () => (await honest('/closed')).allowed)
  const after = await honest('/open')
  expect(after.allowed).toBe(true)
  expect(after.response.dynamic_metadata?.fields['degraded']).toBeUndefined()
})
