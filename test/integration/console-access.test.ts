/** Who gets to the console, over real sockets: the secret, client certificates, limits; and what stays open to probes. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { type ConnectionOptions, connect } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AdminServer, AdminServerOptions } from '../../src/admin/admin-server.ts'
import { type Ca, type IssuedCertificate, issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { SECRET, sampleData, startConsole } from '../support/console-world.ts'

let server: AdminServer

async function start(options: Partial<AdminServerOptions> = {}): Promise<void> {
  server = await startConsole(sampleData(), options)
}

afterEach(() => server.close())

function basic(password: string, user = 'anyone'): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function get(path: string, authorization?: string, method = 'GET'): Promise<Response> {
  const headers = authorization === undefined ? {} : { authorization }
  return fetch(`http://${server.address}${path}`, { method, headers, redirect: 'manual' })
}

describe('the secret', () => {
  it.each([
    ['as Bearer', `Bearer ${SECRET.replaceAll(' ', '_')}`],
    ['as a password', basic(SECRET.replaceAll(' ', '_'))],
    ['with the scheme in capitals', `BEARER ${SECRET.replaceAll(' ', '_')}`],
    ['with an empty user', basic(SECRET.replaceAll(' ', '_'), '')],
  ])('opens the console %s', async (_, authorization) => {
    await start({ console: { answer: page, secret: Buffer.from(SECRET.replaceAll(' ', '_')) } })
    expect((await get('/console/', authorization)).status).toBe(200)
  })

  it.each([
    ['none', undefined],
    ['a wrong one', 'Bearer nonsense'],
    ['the beginning of it', basic(SECRET.slice(0, -1))],
    ['more than it', basic(`${SECRET}x`)],
    ['an empty one', basic('')],
    ['another scheme', `Digest ${SECRET}`],
    ['the secret alone', Buffer.from(SECRET).toString('base64')],
    ['a pair without a colon', `Basic ${Buffer.from('nonsense').toString('base64')}`],
  ])('%s opens nothing and is told both ways in (RFC 9110 §11.6.1)', async (_, authorization) => {
    await start()
    for (const path of ['/console', '/console/', '/console/api/case', '/console/style.css', '/console/x']) {
      const response = await get(path, authorization)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer realm="holdfast console", Basic realm="holdfast console", charset="UTF-8"',
      )
      expect(await response.text()).toBe('{"error":"unauthorized"}\n')
    }
  })

  it('that is empty or not there opens nothing', async () => {
    for (const secret of [undefined, Buffer.alloc(0)]) {
      await start({ console: { answer: page, secret } })
      for (const authorization of [basic(''), 'Bearer undefined']) {
        expect((await get('/console/', authorization)).status).toBe(401)
      }
      await server.close()
    }
    await start()
  })

  it('may be guessed ten times; then even the right one waits, and each failure is told', async () => {
    const told: string[] = []
    await start({ console: { answer: page, secret: Buffer.from(SECRET), onRefused: (outcome) => told.push(outcome) } })
    await get('/console/')
    for (let count = 0; count < 10; count += 1) expect((await get('/console/', basic(`${count}`))).status).toBe(401)
    const limited = await get('/console/', basic(SECRET))
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60'])
    expect(told).toEqual([...Array(10).fill('wrong'), 'limited'])
    expect((await get('/metrics')).status).toBe(200)
  })
})

describe('the console', () => {
  it('is not known where none is given', async () => {
    await start({ console: undefined })
    for (const path of ['/console', '/console/', '/console/api/incidents']) {
      expect((await get(path, basic(SECRET))).status).toBe(404)
    }
  })

  it.each(['/consolex', '/console.', '/Console/', '//console/', '/%63onsole/', '/x/console/'])(
    'is not at %s',
    async (path) => {
      await start()
      expect((await get(path, basic(SECRET))).status).toBe(404)
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('refuses %s', async (method) => {
    await start()
    const response = await get('/console/', basic(SECRET), method)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('takes no query beyond 8 kB', async () => {
    await start()
    expect((await get(`/console/?before=${'a'.repeat(9_000)}`, basic(SECRET))).status).toBe(431)
  })

  it('says nothing of what failed', async () => {
    const answer = () => Promise.reject(new Error('secret-text'))
    await start({ console: { answer, secret: Buffer.from(SECRET) } })
    const response = await get('/console/', basic(SECRET))
    expect([response.status, await response.text()]).toEqual([500, '{"error":"internal error"}\n'])
  })

  it('leaves the other pages open without a secret', async () => {
    await start()
    for (const path of ['/metrics', '/livez', '/readyz', '/config']) expect((await get(path)).status).toBe(200)
  })
})

describe('admin.tls', () => {
  let ca: Ca
  let foreign: Ca
  let own: IssuedCertificate
  let responder: IssuedCertificate

  beforeAll(async () => {
    ca = await makeCa('admin CA')
    foreign = await makeCa('foreign CA')
    own = await issueCertificate(ca, { dns: ['localhost'], ips: ['127.0.0.1'] })
    responder = await issueCertificate(ca, { commonName: 'responder' })
  })

  const files = (issued: IssuedCertificate, clientCa: Ca | undefined) => ({
    certificate: Buffer.from(issued.certificatePem),
    key: Buffer.from(issued.keyPem),
    clientCa: clientCa && Buffer.from(clientCa.certificatePem),
  })

  function status(path: string, options: RequestOptions = {}): Promise<number | undefined> {
    const [host, port] = server.address.split(':')
    return new Promise((resolve, reject) => {
      const sent = httpsRequest({ host, port, path, ca: ca.certificatePem, agent: false, ...options }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject)
      sent.end()
    })
  }
  const shown = (issued: IssuedCertificate) => ({ cert: issued.certificatePem, key: issued.keyPem })

  it('asks for a client certificate and does not demand one: probes and scrapers have none', async () => {
    await start({ tls: files(own, ca) })
    expect(await status('/livez')).toBe(200)
    expect(await status('/metrics')).toBe(200)
    expect(await status('/console/')).toBe(401)
  })

  it('opens the console to a certificate of its authority, and to the secret', async () => {
    await start({ tls: files(own, ca) })
    expect(await status('/console/', shown(responder))).toBe(200)
    expect(await status('/console/', { headers: { authorization: basic(SECRET) } })).toBe(200)
  })

  it('does not open it to a foreign, an expired or a server certificate', async () => {
    await start({ tls: files(own, ca) })
    const strange = await issueCertificate(foreign, { commonName: 'responder' })
    expect(await status('/console/', shown(strange))).toBe(401)
    const old = await issueCertificate(ca, { commonName: 'responder', notAfter: new Date(Date.now() - 1_000) })
    expect(await status('/console/', shown(old))).toBe(401)
    const machine = await issueCertificate(ca, { commonName: 'responder', extendedKeyUsages: ['serverAuth'] })
    expect(await status('/console/', shown(machine))).toBe(401)
  })

  it('does not take a certificate for a login where no authority is configured', async () => {
    await start({ tls: files(own, undefined) })
    expect(await status('/console/', shown(responder))).toBe(401)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session: each connection is judged anew (%s)',
    async (version) => {
      await start({ tls: files(own, ca) })
      const first = await visit(version, shown(responder))
      expect([first.answer.slice(0, 12), first.reused]).toEqual(['HTTP/1.1 200', false])
      const second = await visit(version, { ...(first.session && { session: first.session }) })
      expect([second.answer.slice(0, 12), second.reused]).toEqual(['HTTP/1.1 401', false])
    },
  )

  interface Visit {
    readonly answer: string
    readonly reused: boolean
    readonly session: Buffer | undefined
  }

  /** One connection by hand, for its session. */
  function visit(version: 'TLSv1.2' | 'TLSv1.3', options: ConnectionOptions): Promise<Visit> {
    const [host, port] = server.address.split(':')
    const place = { host, port: Number(port), ca: ca.certificatePem, minVersion: version, maxVersion: version }
    return new Promise((resolve, reject) => {
      let session: Buffer | undefined
      let reused = false
      let answer = ''
      const socket = connect({ ...place, ...options })
      socket.on('secureConnect', () => {
        reused = socket.isSessionReused()
        socket.write('GET /console/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      })
      socket.on('session', (made: Buffer) => {
        session = made
      })
      socket.on('data', (data: Buffer) => {
        answer += data.toString()
      })
      socket.on('close', () => resolve({ answer, reused, session }))
      socket.on('error', reject)
    })
  }

  it('takes new files without a restart, and keeps the old ones when they do not fit', async () => {
    await start({ tls: files(own, ca) })
    const next = await makeCa('next CA')
    server.updateTls?.(files(own, next))
    expect(await status('/console/', shown(responder))).toBe(401)
    expect(await status('/console/', shown(await issueCertificate(next, { commonName: 'responder' })))).toBe(200)
    const other = await issueCertificate(ca, { dns: ['localhost'] })
    expect(() => server.updateTls?.({ ...files(own, next), key: Buffer.from(other.keyPem) })).toThrow()
    expect(() => server.updateTls?.(files(own, undefined))).toThrow('without a restart')
    expect(await status('/livez')).toBe(200)
  })

  it('speaks no plaintext', async () => {
    await start({ tls: files(own, ca) })
    const [host, port] = server.address.split(':')
    const failed = await new Promise((resolve) => {
      httpRequest({ host, port, path: '/livez', agent: false }, () => resolve(false))
        .on('error', () => resolve(true))
        .end()
    })
    expect(failed).toBe(true)
  })

  it('does not start with files that do not fit together', async () => {
    const other = await issueCertificate(ca, { dns: ['localhost'] })
    await expect(start({ tls: { ...files(own, ca), key: Buffer.from(other.keyPem) } })).rejects.toThrow()
    await start()
  })
})

async function page(): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'in\n' }
}
