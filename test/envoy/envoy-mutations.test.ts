/**
 * What sidecar.yaml lets an authorizer change, on a real Envoy: our own headers and the credentials, nothing else. The
 * authorizer here is a broken one, so that Envoy alone is tried.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { freePorts } from '../../src/drill/local/ports.ts'
import { adaptEnvoyConfig } from '../../src/drill/world/envoy-config.ts'
import type { Echo } from '../../src/drill/world/upstream.ts'
import { envoyStat, startEnvoy, type TestEnvoy } from '../support/envoy.ts'
import { readShape } from '../support/shapes.ts'
import { startUpstream } from '../support/upstream.ts'

interface Mutations {
  readonly set?: readonly (readonly [string, string])[]
  readonly remove?: readonly string[]
}

let answer: Mutations = {}
let envoy: TestEnvoy
let send: () => Promise<{ status: number; echo: Echo | undefined }>
const stops: (() => unknown)[] = []

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-mutations-'))
  stops.push(() => rmSync(dir, { recursive: true, force: true }))
  const ca = await makeCa('mutations')
  const pod = await issueCertificate(ca, { spiffeId: 'spiffe://example.org/pod', dns: ['localhost'] })
  writeFileSync(join(dir, 'ca.crt'), ca.certificatePem)
  writeFileSync(join(dir, 'server.crt'), pod.certificatePem)
  writeFileSync(join(dir, 'server.key'), pod.keyPem)
  const ports = await freePorts()
  const upstream = await startUpstream()
  stops.push(upstream.stop)
  const server = await startAuthorizer(ports.holdfast)
  stops.push(() => server.forceShutdown())
  const config = adaptEnvoyConfig(readShape('sidecar').replaceAll('/etc/envoy/tls', dir), {
    ports: { 10443: ports.envoy, 9902: ports.envoyAdmin, 9191: ports.holdfast, 8080: upstream.port },
    files: {},
  })
  envoy = await startEnvoy({ config })
  stops.push(envoy.stop)
  const tls = { ca: ca.certificatePem, cert: pod.certificatePem, key: pod.keyPem, servername: 'localhost' }
  send = () => get({ host: '127.0.0.1', port: ports.envoy, ...tls })
})

afterAll(async () => {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
})

async function startAuthorizer(port: number): Promise<Server> {
  const options = { includeDirs: ['proto'], keepCase: true }
  const loaded = loadSync(['envoy/service/auth/v3/external_auth.proto', 'grpc/health/v1/health.proto'], options)
  const service = (name: string) => loaded[name] as ServiceDefinition
  const server = new Server()
  server.addService(service('envoy.service.auth.v3.Authorization'), {
    Check: (_: unknown, callback: (error: null, response: object) => void) => {
      const headers = (answer.set ?? []).map(([key, value]) => ({ header: { key, value } }))
      callback(null, { status: { code: 0 }, ok_response: { headers, headers_to_remove: answer.remove ?? [] } })
    },
  })
  server.addService(service('grpc.health.v1.Health'), {
    Check: (_: unknown, callback: (error: null, response: object) => void) => callback(null, { status: 1 }),
  })
  await new Promise<void>((resolve, reject) => {
    const done = (error: Error | null) => (error === null ? resolve() : reject(error))
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), done)
  })
  return server
}

function get(where: object): Promise<{ status: number; echo: Echo | undefined }> {
  const headers = { authorization: 'DPoP t', dpop: 'p', 'x-holdfast-subject': 'forged', 'x-holdfast-role': 'forged' }
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, path: '/v1', headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      response.on('end', () => {
        const status = response.statusCode ?? 0
        resolve({ status, echo: status === 200 ? (JSON.parse(body) as Echo) : undefined })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('sidecar.yaml', () => {
  it('lets our headers be written over, and the credentials and forged headers be removed', async () => {
    answer = { set: [['x-holdfast-subject', 'ours']], remove: ['authorization', 'dpop', 'x-holdfast-role'] }
    const { status, echo } = await send()
    expect(status).toBe(200)
    expect(echo?.headers['x-holdfast-subject']).toEqual(['ours'])
    for (const name of answer.remove ?? []) expect(echo?.headers).not.toHaveProperty(name)
  })

  it('lets the token go on as Bearer', async () => {
    answer = { set: [['authorization', 'Bearer t']], remove: ['dpop'] }
    expect((await send()).echo?.headers['authorization']).toEqual(['Bearer t'])
  })

  it.each<[string, Mutations]>([
    ['write another header', { set: [['x-admin', 'true']] }],
    ['remove another header', { remove: ['host'] }],
    ['change the host', { set: [['host', 'evil.example']] }],
    ['change the path', { set: [[':path', '/admin']] }],
    ['change the method', { set: [[':method', 'DELETE']] }],
    ['break out of a value', { set: [['x-holdfast-subject', 'a\r\nx-admin: true']] }],
  ])('does not let it %s: an error, and nothing reaches the application', async (_, mutations) => {
    const before = await envoyStat(envoy, 'http.ingress.ext_authz.holdfast.invalid')
    answer = mutations
    expect(await send()).toEqual({ status: 500, echo: undefined })
    expect(await envoyStat(envoy, 'http.ingress.ext_authz.holdfast.invalid')).toBe(before + 1)
  })
})
