import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchJwks } from '../../../../src/adapters/jwks/fetch-jwks.ts'
import {
  type Behaviour,
  flood,
  hang,
  type JwksServer,
  jwksText,
  serve,
  serveStatus,
  startJwksServer,
  trickle,
} from '../../../support/jwks-server.ts'
import { makeKey } from '../../../support/jws.ts'
import { ISSUER, makeJwksWorld, URI_SOURCE } from './jwks-fixture.ts'

const SET = jwksText([{ kid: 'k', key: makeKey() }])
const servers: JwksServer[] = []

async function start(behaviour: Behaviour): Promise<JwksServer> {
  const server = await startJwksServer(behaviour)
  servers.push(server)
  return server
}

async function fetchFrom(behaviour: Behaviour, timeoutMs = 2_000) {
  const server = await start(behaviour)
  const source = { ...URI_SOURCE, url: server.url, insecureHttp: true }
  return fetchJwks(source, { fetch, timeoutMs, signal: new AbortController().signal })
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

describe('a key set over HTTP', () => {
  it('C14 is fetched whatever its content type, with no cookie and no credential', async () => {
    const server = await start(serve(SET, { 'content-type': 'text/plain', 'set-cookie': 'a=b' }))
    const source = { ...URI_SOURCE, url: server.url, insecureHttp: true }
    const options = { fetch, timeoutMs: 2_000, signal: new AbortController().signal }
    await fetchJwks(source, options)
    const fetched = await fetchJwks(source, options)
    expect(fetched.ok && fetched.value.toString()).toBe(SET)
    expect(server.requests.map(({ headers }) => [headers.cookie, headers.authorization])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
  })

  for (const status of [204, 206, 304, 400, 401, 404, 500, 503]) {
    it(`C14 status ${status} is a failure`, async () => {
      expect(await fetchFrom(serveStatus(status))).toEqual({
        ok: false,
        error: `the server answered with status ${status}`,
      })
    })
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`C14 a redirect (${status}) to another host is not followed`, async () => {
      const other = await start(serve(SET))
      expect(await fetchFrom(serveStatus(status, { location: other.url }))).toEqual({
        ok: false,
        error: `the server answered with status ${status}`,
      })
      expect(other.requests).toHaveLength(0)
    })
  }

  it('C14 a server that does not answer is given up', async () => {
    expect(await fetchFrom(hang, 30)).toEqual({ ok: false, error: 'no answer within 30 ms' })
  })

  it('C14 a server that answers without end is given up in time', async () => {
    expect(await fetchFrom(trickle, 60)).toEqual({ ok: false, error: 'no answer within 60 ms' })
  })

  it('C14 a huge answer is cut off', async () => {
    expect(await fetchFrom(flood)).toEqual({ ok: false, error: 'the answer is larger than 1 MiB' })
  })

  it('C14 a small answer that unpacks to a huge one is cut off', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
    expect(bomb.length).toBeLessThan(100_000)
    expect(await fetchFrom(serve(bomb, { 'content-encoding': 'gzip' }))).toEqual({
      ok: false,
      error: 'the answer is larger than 1 MiB',
    })
  })

  it('C14 a server that hangs up, and one that is not there, are failures with a code', async () => {
    expect(await fetchFrom((request) => void request.socket.destroy())).toEqual({
      ok: false,
      error: expect.stringMatching(/^the fetch failed: [A-Z_]+$/),
    })
    const gone = await startJwksServer(serve(SET))
    await gone.close()
    const source = { ...URI_SOURCE, url: gone.url, insecureHttp: true }
    expect(await fetchJwks(source, { fetch, timeoutMs: 2_000, signal: new AbortController().signal })).toEqual({
      ok: false,
      error: 'the fetch failed: ECONNREFUSED',
    })
  })

  it('C14 HTML with status 200 leaves the last good set', async () => {
    const server = await start(serve(SET))
    const source = { ...URI_SOURCE, url: server.url, insecureHttp: true }
    const { keys } = makeJwksWorld([source])
    await keys.start()
    server.behave(serve('<html>maintenance</html>', { 'content-type': 'text/html' }))
    await keys.find(ISSUER, 'unknown', 'ES256')
    expect(server.requests).toHaveLength(2)
    expect(keys.find(ISSUER, 'k', 'ES256')).toMatchObject({ kind: 'keys', keys: [{ kid: 'k' }] })
    expect(keys.ready()[0]?.detail).toBe('last good set: not a JSON object with a list of keys')
    keys.stop()
  })

  it('ends at once when it is stopped', async () => {
    const server = await start(hang)
    const { keys } = makeJwksWorld([{ ...URI_SOURCE, url: server.url, insecureHttp: true }])
    const started = keys.start()
    keys.stop()
    await started
    expect(keys.ready()[0]?.ready).toBe(false)
  })
})
