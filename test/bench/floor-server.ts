/**
 * The two parts of the floor (design §10), in a process of their own: a grpc-js server whose Check neither decodes the request
 * nor builds an answer, and, when asked by a line with a number, so many bare verifications of ES256 proofs. It writes the port
 * first, then for each line the CPU nanoseconds of one verification.
 */
import { verify } from 'node:crypto'
import { createInterface } from 'node:readline'
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import { makeKey, signBytes, signJws } from '../support/jws.ts'

const PROOFS = 512
/** An allow with a few headers has this length; what it says is nobody's business here. */
const ANSWER = Buffer.alloc(600)

const identity = (bytes: Buffer): Buffer => bytes
const SERVICE: ServiceDefinition = {
  Check: {
    path: '/envoy.service.auth.v3.Authorization/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
}
const check: handleUnaryCall<Buffer, Buffer> = (_call, callback) => callback(null, ANSWER)

const key = makeKey('ES256')
const proofs = Array.from({ length: PROOFS }, (_, i) => {
  const claims = { jti: `proof-${i}`, htm: 'GET', htu: 'https://payments.example.com/v1', iat: i, ath: 'x'.repeat(43) }
  const text = signJws({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk }, claims, key)
  const input = text.slice(0, text.lastIndexOf('.'))
  return { input: Buffer.from(input), signature: signBytes(input, key) }
})
const keyInput = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const

function verificationNs(count: number): number {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    const proof = proofs[i % PROOFS]
    if (proof === undefined || !verify('sha256', proof.input, keyInput, proof.signature)) throw new Error('not valid')
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / count
}

const server = new Server()
server.addService(SERVICE, { Check: check })
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error
  process.stdout.write(`${port}\n`)
})
createInterface({ input: process.stdin }).on('line', (count) => {
  process.stdout.write(`${verificationNs(Number(count))}\n`)
})
