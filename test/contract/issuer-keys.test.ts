import { expect, vi } from 'vitest'
import { KEY_TIMES } from '../../src/adapters/jwks/key-source.ts'
import { fakeIssuerKeys } from '../support/fake-issuer-keys.ts'
import {
  type Behaviour,
  type JwksServer,
  jwksText,
  serve,
  serveStatus,
  startJwksServer,
} from '../support/jwks-server.ts'
import { makeJwksWorld } from '../unit/adapters/jwks/jwks-fixture.ts'
import { ISSUERS, issuerKeysContract } from './issuer-keys.contract.ts'

const ALGORITHMS = new Set(['ES256', 'PS256', 'EdDSA', 'Ed25519'])

issuerKeysContract('the fake', async () => {
  const keys = fakeIssuerKeys()
  return {
    keys,
    async publish(issuer, published) {
      keys.publish(
        issuer,
        published.map(({ key, ...rest }) => ({ ...rest, publicKey: key.publicKey })),
      )
    },
    lose: async (issuer) => keys.lose(issuer),
    close: async () => {},
  }
})

issuerKeysContract('a key set from a file', async () => {
  const world = makeJwksWorld(ISSUERS.map((issuer) => ({ issuer, algorithms: ALGORITHMS, kind: 'file', path: issuer })))
  void world.keys.start()
  return {
    keys: world.keys,
    publish: async (issuer, keys) => world.writeFile(jwksText(keys), issuer),
    async lose(issuer) {
      world.writeFile(undefined, issuer)
      world.advance(KEY_TIMES.maxStaleMs + 1)
    },
    close: async () => world.keys.stop(),
  }
})

issuerKeysContract('a key set from a URL', async () => {
  const servers = new Map<string, JwksServer>()
  for (const issuer of ISSUERS) servers.set(issuer, await startJwksServer(serveStatus(500)))
  const world = makeJwksWorld(
    ISSUERS.map((issuer) => ({
      issuer,
      algorithms: ALGORITHMS,
      kind: 'uri',
      url: servers.get(issuer)?.url ?? '',
      insecureHttp: true,
    })),
  )
  await world.keys.start()

  async function refreshWith(issuer: string, behaviour: Behaviour): Promise<void> {
    await allLanded()
    servers.get(issuer)?.behave(behaviour)
    world.runTimers(KEY_TIMES.maxWaitMs + 1)
    await allLanded()
  }

  /** Each issuer waits for its next refresh: no fetch is under way. */
  async function allLanded(): Promise<void> {
    const next = () => world.timers.filter((timer) => timer.delayMs > KEY_TIMES.maxWaitMs)
    await vi.waitFor(() => expect(next()).toHaveLength(ISSUERS.length), { interval: 2, timeout: 5_000 })
  }

  return {
    keys: world.keys,
    publish: (issuer, keys) => refreshWith(issuer, serve(jwksText(keys))),
    async lose(issuer) {
      await refreshWith(issuer, serveStatus(500))
      world.advance(KEY_TIMES.maxStaleMs + 1)
    },
    async close() {
      world.keys.stop()
      for (const server of servers.values()) await server.close()
    },
  }
})
