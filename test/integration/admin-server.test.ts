import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AdminListenError, type AdminServer, startAdminServer } from '../../src/admin/admin-server.ts'
import { makeReadiness, type ReadinessMap } from '../../src/admin/readiness.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }

let server: AdminServer
let readiness: ReadinessMap
let metrics: () => Promise<{ contentType: string; body: string }>

beforeEach(async () => {
  readiness = makeReadiness(['config'])
  metrics = async () => ({ contentType: 'text/plain; version=0.0.4', body: 'holdfast_x 1\n' })
  server = await startAdminServer({
    listen: ANY_PORT,
    metrics: () => metrics(),
    readiness,
    config: () => ({ admin: { listen: '127.0.0.1:9901' } }),
  })
})

afterEach(() => server.close())

function get(path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://${server.address}${path}`, { method })
}

describe('the admin port', () => {
  it('gives the metrics as they are', async () => {
    const response = await get('/metrics')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4'])
    expect(await response.text()).toBe('holdfast_x 1\n')
  })

  it('is alive, whatever is ready', async () => {
    expect((await get('/livez')).status).toBe(200)
  })

  it('tells each component with its detail; 200 only when all are ready', async () => {
    const before = await get('/readyz')
    expect(before.status).toBe(503)
    expect(await before.json()).toEqual({
      status: 'unavailable',
      components: { config: { ready: false, detail: 'starting' } },
    })
    readiness.set('config', { ready: true, detail: 'the last reload failed' })
    const after = await get('/readyz')
    expect(after.status).toBe(200)
    expect(await after.json()).toEqual({
      status: 'ok',
      components: { config: { ready: true, detail: 'the last reload failed' } },
    })
  })

  it('gives the configuration that it is handed', async () => {
    expect(await (await get('/config')).json()).toEqual({ admin: { listen: '127.0.0.1:9901' } })
  })

  it('takes a query, which scrapers may send', async () => {
    expect((await get('/livez?verbose=1')).status).toBe(200)
  })

  it.each(['/', '/metrics/', '/metrics/x', '/Metrics', '/debug', '//livez', '/%6divez'])(
    'does not know %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await get('/config', method)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('is never cached nor sniffed', async () => {
    const { headers } = await get('/config')
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff'])
  })

  it('says nothing of what failed', async () => {
    metrics = () => Promise.reject(new Error('secret-text'))
    const response = await get('/metrics')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret-text')
  })

  it('bounds the headers', async () => {
    const status = await new Promise((resolve) => {
      const sent = request(`http://${server.address}/livez`, { headers: { x: 'a'.repeat(16_384) } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.end()
    })
    expect(status).toBe(431)
  })

  it('answers what is no HTTP with 400 and lives on', async () => {
    const [host, port] = server.address.split(':')
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), host, () => socket.write('\0\0\0\r\n\r\n'))
      socket.once('data', (data) => resolve(data.toString('latin1')))
    })
    expect(answer).toContain('400')
    expect((await get('/livez')).status).toBe(200)
  })
})

describe('admin.listen', () => {
  it('tells the port that it got', () => {
    expect(server.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/)
  })

  it('says AdminListenError with the address when the port is taken', async () => {
    const port = Number(server.address.split(':')[1])
    const again = startAdminServer({ listen: { ...ANY_PORT, port }, metrics, readiness, config: () => ({}) })
    await expect(again).rejects.toThrow(AdminListenError)
    await expect(again).rejects.toThrow(`127.0.0.1:${port}: EADDRINUSE`)
  })

  it('takes IPv6, in brackets where it is shown', async () => {
    const six = await startAdminServer({ listen: { host: '::1', port: 0 }, metrics, readiness, config: () => ({}) })
    expect(six.address).toMatch(/^\[::1\]:\d+$/)
    await six.close()
  })

  it('is closed after close, open connections too', async () => {
    await get('/livez')
    await server.close()
    await expect(get('/livez')).rejects.toThrow()
  })
})
