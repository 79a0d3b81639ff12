/**
 * A gRPC client in front of Envoy and a gRPC service behind: Envoy turns a denial into a grpc-status, and our headers stay,
 * so that a gRPC client can do the nonce dance (D-E4).
 */
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../support/lab.ts'
import { AUDIENCE, type Holder, makeHolder, proofOf, routeOf } from '../support/parties.ts'

const METHOD = '/shop.Orders/Say'
const bytes = (value: Buffer): Buffer => value

let lab: Lab
let server: Server
let client: Client
let holder: Holder
let received: Metadata[] = []

beforeAll(async () => {
  const started = await startService()
  server = started.server
  lab = await startLab({
    listeners: [{ name: 'grpc', http2AppPort: started.port }],
    routes: (authority) => [
      routeOf('orders', authority('grpc'), '/shop.Orders', { nonce: 'required', upstream: { authorization: 'strip' } }),
      routeOf('scoped', authority('grpc'), '/shop.Orders/Cancel', { require: { scopes: ['orders.cancel'] } }),
    ],
  })
  client = new Client(`ipv4:127.0.0.1:${lab.port('grpc')}`, credentials.createInsecure(), {
    'grpc.default_authority': lab.authority('grpc'),
  })
  holder = await makeHolder(lab.parties, { aud: AUDIENCE })
})
afterAll(async () => {
  client?.close()
  await lab?.stop()
  server?.forceShutdown()
})

/** Answers with what it was asked. */
async function startService(): Promise<{ server: Server; port: number }> {
  const own = new Server()
  const definition = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  })
  const say = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    received.push(call.metadata)
    callback(null, call.request)
  }
  own.addService({ Say: definition(METHOD), Cancel: definition('/shop.Orders/Cancel') }, { Say: say, Cancel: say })
  const port = await new Promise<number>((resolve, reject) => {
    const done = (error: Error | null, bound: number) => (error === null ? resolve(bound) : reject(error))
    own.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), done)
  })
  return { server: own, port }
}

interface Answer {
  readonly error: ServiceError | undefined
  readonly body: string | undefined
  /** Initial metadata of a success. */
  readonly metadata: Metadata | undefined
}

function call(metadata: Metadata, path = METHOD): Promise<Answer> {
  return new Promise((resolve) => {
    let initial: Metadata | undefined
    const options = { deadline: Date.now() + 15_000 }
    const sent = client.makeUnaryRequest(
      path,
      bytes,
      bytes,
      Buffer.from('hello'),
      metadata,
      options,
      (error, value) => {
        resolve({ error: error ?? undefined, body: value?.toString(), metadata: initial })
      },
    )
    sent.on('metadata', (value) => {
      initial = value
    })
  })
}

async function signed(nonce?: string, path = METHOD): Promise<Metadata> {
  const metadata = new Metadata()
  metadata.set('authorization', `DPoP ${holder.token}`)
  metadata.set('dpop', await proofOf(holder, 'POST', `https://${lab.authority('grpc')}${path}`, nonce))
  return metadata
}

describe('a gRPC client downstream', () => {
  it('D-E4 without credentials: UNAUTHENTICATED, with the challenge as metadata', async () => {
    received = []
    const { error } = await call(new Metadata())
    expect(error?.code).toBe(status.UNAUTHENTICATED)
    expect(error?.metadata.get('www-authenticate')).toEqual([expect.stringMatching(/^DPoP algs="ES256 EdDSA PS256"$/)])
    expect(JSON.parse(error?.details ?? '')).toMatchObject({ error: 'unauthorized' })
    expect(received).toEqual([])
  })

  it('A33 the nonce comes as metadata, and with it the call passes; the next one comes with the answer', async () => {
    received = []
    const refused = await call(await signed())
    expect(refused.error?.code).toBe(status.UNAUTHENTICATED)
    expect(refused.error?.metadata.get('www-authenticate')).toEqual([
      expect.stringMatching(/^DPoP error="use_dpop_nonce"/),
    ])
    const [nonce] = refused.error?.metadata.get('dpop-nonce') ?? []
    const passed = await call(await signed(String(nonce)))
    expect([passed.error, passed.body]).toEqual([undefined, 'hello'])
    const next = passed.metadata?.get('dpop-nonce') ?? []
    expect(next).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{32}$/)])
    expect((await call(await signed(String(next[0])))).body).toBe('hello')
    // The service knows who calls, and has no token to lose.
    expect(received).toHaveLength(2)
    expect(received[0]?.get('x-holdfast-subject')).toEqual(['user-1'])
    expect([received[0]?.get('authorization'), received[0]?.get('dpop')]).toEqual([[], []])
  })

  it('A10 gRPC is POST: a proof for GET, or for another method of the service, is refused', async () => {
    const refused = await call(await signed())
    const nonce = String(refused.error?.metadata.get('dpop-nonce')[0])
    const url = `https://${lab.authority('grpc')}${METHOD}`
    for (const [method, target] of [
      ['GET', url],
      ['POST', url.replace('Say', 'Cancel')],
    ] as const) {
      const metadata = await signed(nonce)
      metadata.set('dpop', await proofOf(holder, method, target, nonce))
      const { error } = await call(metadata)
      expect(error?.code).toBe(status.UNAUTHENTICATED)
      expect(JSON.parse(error?.details ?? '')).toMatchObject({ error: 'invalid_dpop_proof' })
    }
  })

  it('a token without the scope: PERMISSION_DENIED', async () => {
    const path = '/shop.Orders/Cancel'
    const first = await call(await signed(undefined, path), path)
    const nonce = first.error?.metadata.get('dpop-nonce')[0]
    const last =
      first.error?.code === status.UNAUTHENTICATED ? await call(await signed(String(nonce), path), path) : first
    expect(last.error?.code).toBe(status.PERMISSION_DENIED)
    expect(last.error?.metadata.get('www-authenticate')).toEqual([expect.stringContaining('insufficient_scope')])
  })
})
