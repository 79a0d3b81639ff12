/**
 * Reads the secrets that the configuration points to: `file:PATH` or `env:NAME`. Faults name the place and the mend, never
 * a byte of the value.
 */

import { makeHeadSigner } from '../audit/signing.ts'
import { ok, type Result } from '../check/result.ts'
import type { Fault, Finding } from './fault.ts'
import type { LoadedConfig } from './load.ts'
import { readBounded } from './read-file.ts'
import type { Config } from './schema.ts'
import { makeSecret, type Secret } from './secret.ts'

export interface Secrets {
  /** Undefined: none is configured, a random one serves (memory store only). */
  readonly nonce: Secret | undefined
  /** Undefined: any Check is answered. */
  readonly client: Secret | undefined
  /** Undefined: the store asks for none. */
  readonly redis: Secret | undefined
  /** The private key that signs heads of the audit log; undefined: they are not signed. */
  readonly audit: Secret | undefined
  /** Keys the hashes of the ledger; undefined: derived from that of the nonces. */
  readonly ledger: Secret | undefined
  /** Opens the console; undefined: only a client certificate does. */
  readonly console: Secret | undefined
}

const NO_SECRETS: Secrets = {
  nonce: undefined,
  client: undefined,
  redis: undefined,
  audit: undefined,
  ledger: undefined,
  console: undefined,
}
const SECRET_NAMES = Object.keys(NO_SECRETS) as readonly (keyof Secrets)[]

export type ResolvedSecrets =
  | { readonly ok: true; readonly secrets: Secrets }
  | { readonly ok: false; readonly faults: readonly Fault[] }

export type Env = Readonly<Record<string, string | undefined>>

const MAX_SECRET_BYTES = 65_536
const MIN_KEY_BYTES = 32
/** Typed by people, and looked up by nobody offline: shorter than a key. */
const MIN_CONSOLE_SECRET_BYTES = 16

interface Place {
  readonly path: Finding['path']
  readonly reference: string | null
  readonly judge: Judge
}

function placesOf({ nonce, server, store, audit, ledger, console }: Config): Readonly<Record<keyof Secrets, Place>> {
  return {
    nonce: { path: ['nonce', 'secret'], reference: nonce.secret, judge: keyFault },
    client: { path: ['server', 'clientSecret'], reference: server.clientSecret, judge: clientFault },
    redis: { path: ['store', 'redis', 'password'], reference: store.redis.password, judge: () => undefined },
    audit: { path: ['audit', 'signingKey'], reference: audit.signingKey, judge: signingKeyFault },
    ledger: { path: ['ledger', 'secret'], reference: ledger.secret, judge: keyFault },
    console: { path: ['console', 'secret'], reference: console.secret, judge: consoleFault },
  }
}

/**
 * Never throws; reads the files anew on each call, so that a changed secret is taken up.
 * @param wanted who needs few need not have the others; those are undefined then
 */
export async function resolveSecrets(
  { config, place }: Omit<LoadedConfig, 'hash'>,
  env: Env,
  wanted: readonly (keyof Secrets)[] = SECRET_NAMES,
): Promise<ResolvedSecrets> {
  const places = placesOf(config)
  const secrets: { -readonly [N in keyof Secrets]: Secret | undefined } = { ...NO_SECRETS }
  const findings: Finding[] = []
  for (const name of wanted) {
    const { path, reference, judge } = places[name]
    const { secret, message } = await readSecret(reference, env, judge)
    if (message !== undefined) findings.push({ path, message })
    secrets[name] = secret
  }
  return findings.length > 0 ? { ok: false, faults: findings.map(place) } : { ok: true, secrets }
}

/** The secret that each Check must carry (`server.clientSecret`), for who asks; the error says what is wrong, and the mend. */
export async function readClientSecret(reference: string, env: Env): Promise<Result<Secret, string>> {
  const { secret, message = '' } = await readSecret(reference, env, clientFault)
  return secret === undefined ? { ok: false, error: message } : ok(secret)
}

type Judge = (bytes: Buffer) => string | undefined

interface SecretRead {
  readonly secret?: Secret
  readonly message?: string
}

async function readSecret(reference: string | null, env: Env, judge: Judge): Promise<SecretRead> {
  if (reference === null) return {}
  const value = reference.startsWith('env:') ? readEnv(reference.slice(4), env) : await readFile(reference.slice(5))
  if (typeof value === 'string') return { message: value }
  const message = value.length === 0 ? 'is empty where it points to; put the secret there' : judge(value)
  return message === undefined ? { secret: makeSecret(value) } : { message }
}

function readEnv(name: string, env: Env): Buffer | string {
  const value = env[name]
  return value === undefined ? `the variable ${name} is not set; set it before the start` : Buffer.from(value, 'utf8')
}

async function readFile(path: string): Promise<Buffer | string> {
  const read = await readBounded(path, MAX_SECRET_BYTES)
  if (!read.ok) return `the file ${path} cannot be read: ${read.error}; mend the path or its permissions`
  return withoutTrailingNewline(read.bytes)
}

/** Editors and `echo` end a file with one; it is no part of the secret. */
function withoutTrailingNewline(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? -2 : -1) : bytes.length
  return bytes.subarray(0, end)
}

function keyFault(bytes: Buffer): string | undefined {
  return tooShort(bytes, MIN_KEY_BYTES)
}

function tooShort({ length }: Buffer, minimum: number): string | undefined {
  return length < minimum
    ? `is shorter than ${minimum} bytes where it points to; make one with openssl rand -hex 32`
    : undefined
}

/** It travels as an ASCII value of gRPC metadata, where spaces at the ends get lost. */
function clientFault(bytes: Buffer): string | undefined {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(bytes.toString('latin1'))
    ? undefined
    : 'is not printable ASCII, without spaces at its ends, where it points to; make one with openssl rand -hex 32'
}

/** It travels in a header of HTTP, and may be typed into a browser. */
function consoleFault(bytes: Buffer): string | undefined {
  return tooShort(bytes, MIN_CONSOLE_SECRET_BYTES) ?? clientFault(bytes)
}

function signingKeyFault(bytes: Buffer): string | undefined {
  return makeHeadSigner(bytes) === undefined
    ? 'is no Ed25519 private key in PEM where it points to; make one with openssl genpkey -algorithm ed25519'
    : undefined
}
