/**
 * The two parts of the floor (design §10), in a process of their own: a grpc-js server whose Check neither decodes the request
 * nor builds an answer, and, when asked by a line with a number, so many bare verifications of ES256 proofs. It writes the ports
 * of the empty Check and of one that verifies a proof, too (the floor under the same load), then for each line the CPU nanoseconds of one verification in two forms: as a JWS has its signature (IEEE P1363), and
 * in DER with the bare key, which spares Node two exceptions and is the least there is.
 */
import { sign, verify } from 'node:crypto'
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

const key = makeKey('ES256')
interface Proof {
  readonly input: Buffer
  readonly signature: Buffer
}
const proofs = Array.from({ length: PROOFS }, (_, i): Proof => {
  const claims = { jti: `proof-${i}`, htm: 'GET', htu: 'https://payments.example.com/v1', iat: i, ath: 'x'.repeat(43) }
  const text = signJws({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk }, claims, key)
  const input = text.slice(0, text.lastIndexOf('.'))
  return { input: Buffer.from(input), signature: signBytes(input, key) }
})
const FORMS = {
  p1363: {
    key: { key: key.publicKey, dsaEncoding: 'ieee-p1363' },
    signatures: proofs.map(({ signature }) => signature),
  },
  der: { key: key.publicKey, signatures: proofs.map(({ input }) => sign('sha256', input, key.privateKey)) },
} as const

function verifyOne(form: keyof typeof FORMS, i: number): void {
  const { key, signatures } = FORMS[form]
  const { input } = proofs[i % PROOFS] as Proof
  if (!verify('sha256', input, key, signatures[i % PROOFS] as Buffer)) throw new Error('not valid')
}

function verificationNs(form: keyof typeof FORMS, count: number): number {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) verifyOne(form, i)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / count
}

const listen = (check: handleUnaryCall<Buffer, Buffer>): Promise<number> => {
  const server = new Server()
  server.addService(SERVICE, { Check: check })
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}
const empty = await listen((_call, callback) => callback(null, ANSWER))
let calls = 0
const verifying = await listen((_call, callback) => {
  verifyOne('p1363', calls++)
  callback(null, ANSWER)
})
process.stdout.write(`${empty} ${verifying}\n`)
createInterface({ input: process.stdin }).on('line', (count) => {
  process.stdout.write(`${verificationNs('p1363', Number(count))} ${verificationNs('der', Number(count))}\n`)
})
