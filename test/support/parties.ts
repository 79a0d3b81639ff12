/**
 * The parties around a running Holdfast: an authority for certificates, an issuer, holders of bound tokens; and a
 * configuration as data, so that a test says only what it changes.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ProofAlgorithm } from '../../src/check/proof/proof-algorithms.ts'
import { type Ca, issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { mintProof, mintToken, newSigningKey, type SigningKey } from '../../src/drill/mint.ts'

export const ISSUER = 'https://issuer.example.org'
export const AUDIENCE = 'https://api.example.org'

export interface Parties {
  readonly dir: string
  readonly ca: Ca
  readonly issuerKey: SigningKey
  /** Writes a file of the folder and answers its path. */
  write(name: string, content: string | Buffer): string
  forget(): void
}

/** In a folder of its own: ca.crt, server.crt, server.key, jwks.json, nonce-secret. */
export async function makeParties(): Promise<Parties> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-parties-'))
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(dir, name), content, { mode: 0o600 })
    return join(dir, name)
  }
  const ca = await makeCa('Holdfast test')
  const server = await issueCertificate(ca, { dns: ['localhost'], ips: ['127.0.0.1'] })
  const { key: issuerKey } = await newSigningKey('ES256')
  write('ca.crt', ca.certificatePem)
  write('server.crt', server.certificatePem)
  write('server.key', server.keyPem)
  write('jwks.json', jwksOf(issuerKey))
  write('nonce-secret', randomBytes(32).toString('base64url'))
  return { dir, ca, issuerKey, write, forget: () => rmSync(dir, { recursive: true, force: true }) }
}

export function jwksOf(...keys: readonly SigningKey[]): string {
  const shown = keys.map((key) => ({ ...key.publicJwk, kid: key.thumbprint, alg: key.algorithm, use: 'sig' }))
  return JSON.stringify({ keys: shown })
}

type Section = Readonly<Record<string, unknown>>

/** One route; `more` has the last word. */
export function routeOf(name: string, authority: string, pathPrefix: string, more: Section = {}): Section {
  return {
    name,
    match: { authority, pathPrefix },
    origin: `https://${authority}`,
    audience: AUDIENCE,
    binding: { anyOf: ['dpop'] },
    ...more,
  }
}

/**
 * The whole file as YAML, with the parties' issuer. `more` replaces whole sections, and adds to `server`. The deadline is
 * longer than any test waits: what a test says of decisions must not hang on how busy the machine is.
 */
export function configText(
  ports: { readonly grpc: number; readonly admin: number },
  routes: readonly Section[],
  { server = {}, ...more }: Section & { readonly server?: Section } = {},
): string {
  return stringify({
    server: { listen: `127.0.0.1:${ports.grpc}`, drainSeconds: 0, deadlineMs: 10_000, ...server },
    admin: { listen: `127.0.0.1:${ports.admin}` },
    log: { decisions: 'all' },
    nonce: { secret: 'file:nonce-secret' },
    peers: { trustDomains: ['example.org'] },
    issuers: [{ issuer: ISSUER, keys: { jwksFile: 'jwks.json' }, holder: { claim: 'client_id' } }],
    routes,
    ...more,
  })
}

/** A token and the key that it is bound to. */
export interface Holder {
  readonly token: string
  readonly key: SigningKey
}

/** `claims` over the usual ones; bound to a fresh key unless `cnf` is among them. */
export async function makeHolder(
  { issuerKey }: Pick<Parties, 'issuerKey'>,
  claims: Readonly<Record<string, unknown>> = {},
  algorithm: ProofAlgorithm = 'ES256',
): Promise<Holder> {
  const key = await keyForCommands(algorithm)
  const now = nowSeconds()
  const token = await mintToken(issuerKey, {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user-1',
    client_id: 'spiffe://example.org/client',
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
    cnf: { jkt: key.thumbprint },
    ...claims,
  })
  return { token, key }
}

/** One thumbprint in 64 starts with a dash, which a command line takes for an option unless `--` stands before it. */
async function keyForCommands(algorithm: ProofAlgorithm): Promise<Holder['key']> {
  const { key } = await newSigningKey(algorithm)
  return key.thumbprint.startsWith('-') ? keyForCommands(algorithm) : key
}

/** A fresh proof of the holder for one request. */
export function proofOf({ token, key }: Holder, method: string, url: string, nonce?: string): Promise<string> {
  return mintProof(key, { method, url, token, nonce, iatSeconds: nowSeconds() })
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
