/** What the benchmarked server trusts and what is sent to it: one issuer, a route for each way of binding, real requests. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { encodeCheckRequest } from '../support/envoy-messages.ts'
import { makeKey, sha256Base64Url, signJws, type TestKey } from '../support/jws.ts'
import { writeRevocations } from './revocation-file.ts'

const ISSUER = 'https://as.example.com'
const PAYMENTS_ID = 'spiffe://example.org/ns/shop/sa/payments'
const PATH = '/v1/accounts/4711/transfers?limit=10&after=2026-01-01'
const ROUTES = ['bearer', 'certificate', 'dpop'] as const
type RouteName = (typeof ROUTES)[number]

export interface World {
  readonly folder: string
  readonly configPath: string
  readonly certificatePem: string
  readonly tokens: Record<RouteName, string>
  readonly holderKey: TestKey
  /** Another token for the route of bearers: another session. */
  newSession(): string
}

export interface WorldOptions {
  readonly port: number
  readonly adminPort: number
  readonly maxProofAgeSeconds?: number
  /** Used proofs stand there, and the list of revocations too; without it both are embedded. */
  readonly redisUrl?: string
  /** How many entries the watched list has; none of them names what is sent. */
  readonly revocations?: number
  /** Default: on, as the server has it. */
  readonly ledger?: boolean
}

/** A folder with a configuration, every key that is not here by default, and the issuer's keys. */
export async function makeWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const issuerKey = makeKey('ES256')
  const holderKey = makeKey('ES256')
  const certificate = await issueCertificate(await makeCa('bench'), { spiffeId: PAYMENTS_ID })
  const configPath = join(folder, 'holdfast.yaml')
  const jwks = { keys: [{ ...issuerKey.jwk, kid: 'k1', alg: 'ES256', use: 'sig' }] }
  await writeFile(join(folder, 'jwks.json'), JSON.stringify(jwks))
  await writeFile(join(folder, 'nonce-secret'), randomBytes(32).toString('base64url'), { mode: 0o600 })
  if (options.revocations !== undefined) await writeRevocations(join(folder, 'revocations.json'), options.revocations)
  await writeFile(configPath, configText(options))
  const token = (route: RouteName, cnf?: object): string => makeToken(issuerKey, originOf(route), cnf)
  return {
    folder,
    configPath,
    certificatePem: certificate.certificatePem,
    tokens: {
      bearer: token('bearer'),
      certificate: token('certificate', { 'x5t#S256': certificate.thumbprint }),
      dpop: token('dpop', { jkt: holderKey.thumbprint }),
    },
    holderKey,
    newSession: () => token('bearer'),
  }
}

/** As long as a busy machine needs: a benchmark must not measure how it is refused. */
const STORE_TIMEOUT_MS = 1_000

function configText({ port, adminPort, maxProofAgeSeconds = 60, redisUrl, ledger = true }: WorldOptions): string {
  const route = (name: RouteName, binding: string): string => `
  - name: ${name}
    match: { authority: ${name}.example.com }
    origin: ${originOf(name)}
    audience: ${originOf(name)}
    binding: { anyOf: [${binding}] }
    proof: { maxAgeSeconds: ${maxProofAgeSeconds} }
    nonce: offered`
  return `server: { listen: "127.0.0.1:${port}", deadlineMs: 2000 }
admin: { listen: "127.0.0.1:${adminPort}" }
${redisUrl === undefined ? '' : `store: { kind: redis, redis: { url: "${redisUrl}", commandTimeoutMs: ${STORE_TIMEOUT_MS} } }`}
nonce: { secret: "file:nonce-secret" }
ledger: { enabled: ${ledger} }
revocation: { file: revocations.json }
peers: { trustDomains: [example.org] }
issuers:
  - issuer: ${ISSUER}
    keys: { jwksFile: jwks.json }
    holder: { claim: client_id }
routes:${route('bearer', 'insecureBearer')}${route('certificate', 'certificate')}${route('dpop', 'dpop')}
`
}

function originOf(route: RouteName): string {
  return `https://${route}.example.com`
}

function makeToken(issuerKey: TestKey, audience: string, cnf?: object): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: ISSUER, sub: 'deployer', client_id: PAYMENTS_ID, aud: audience, iat, exp: iat + 3600 }
  const more = { jti: randomUUID(), sid: randomUUID(), scope: 'transfers:read transfers:write accounts:read' }
  return signJws({ typ: 'at+jwt', alg: 'ES256', kid: 'k1' }, { ...claims, ...more, ...(cnf && { cnf }) }, issuerKey)
}

/** A fresh proof for the one request of this benchmark. */
export function makeProof(key: TestKey, token: string, nonce: string | undefined): string {
  const claims = {
    jti: randomUUID(),
    htm: 'GET',
    htu: `${originOf('dpop')}${PATH.slice(0, PATH.indexOf('?'))}`,
    iat: Math.floor(Date.now() / 1000),
    ath: sha256Base64Url(token),
    ...(nonce !== undefined && { nonce }),
  }
  return signJws({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk }, claims, key)
}

/** Fifteen fields that a client and the proxies before Envoy send anyway. */
const ORDINARY_HEADERS: readonly (readonly [string, string])[] = [
  ['accept', 'application/json, text/plain;q=0.9, */*;q=0.8'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['accept-language', 'en-GB,en;q=0.9,de;q=0.8'],
  ['user-agent', 'payments-batch/4.17.2 (linux; x86_64) http-client/2.8.1'],
  ['content-type', 'application/json; charset=utf-8'],
  ['cache-control', 'no-cache'],
  ['x-request-id', '6f1c1f4e-7a2b-4c55-9a43-0d5d3f0a6a11'],
  ['x-forwarded-for', '10.42.7.19, 10.42.0.3'],
  ['x-forwarded-proto', 'https'],
  ['x-envoy-external-address', '10.42.7.19'],
  ['x-envoy-attempt-count', '1'],
  ['traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['tracestate', 'vendor=00f067aa0ba902b7,other=t61rcWkgMzE'],
  ['idempotency-key', '0b7c0f6e-2f65-4b52-b7a7-c2c2a5f0e4b9'],
  ['cookie', `theme=dark; consent=2026-01-01; ${'a1b2c3d4'.repeat(24)}`],
]

export interface Sent {
  readonly authorization?: string
  readonly proof?: string
  readonly certificatePem?: string
}

/** The Check that Envoy makes of it with `encode_raw_headers`, as bytes. */
export function checkBytes(route: RouteName, { authorization, proof, certificatePem }: Sent): Buffer {
  const host = `${route}.example.com`
  const fields: (readonly [string, string])[] = [
    [':authority', host],
    [':path', PATH],
    [':method', 'GET'],
    [':scheme', 'https'],
    ...ORDINARY_HEADERS,
  ]
  if (authorization !== undefined) fields.push(['authorization', authorization])
  if (proof !== undefined) fields.push(['dpop', proof])
  const source = { address: { socket_address: { address: '10.42.7.19', port_value: 51514 } } }
  const shown = certificatePem && { principal: PAYMENTS_ID, certificate: encodeURIComponent(certificatePem) }
  return encodeCheckRequest({
    attributes: {
      source: { ...source, ...shown },
      request: {
        http: {
          method: 'GET',
          path: PATH,
          host,
          header_map: { headers: fields.map(([key, value]) => ({ key, raw_value: Buffer.from(value) })) },
        },
      },
    },
  })
}
