/**
 * A world on disk: what an honest client, and a thief, need to know and to hold. The drill of a deployment reads the same
 * folder, filled by whoever runs it.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ok, type Result } from '../../check/result.ts'
import { readSigningKey, type SigningKey } from '../mint.ts'
import { type CallerName, type Pod, SERVICES, type ServiceName } from './workloads.ts'

export const WORLD_FILE = 'world.json'

/** `world.json`. File names count from its folder. */
export interface WorldDescription {
  readonly issuer: string
  /** What clients sign as the start of `htu`: `https://host:port`. */
  readonly origins: Readonly<Record<ServiceName, string>>
  /** Envoy's JSON access log, if the drill may read it: it tells the exact reasons. */
  readonly accessLog?: string
  /** The same of the gateway that `--second-target` names. */
  readonly secondAccessLog?: string
  /** The file that `revocation.file` names, if the drill may write it. */
  readonly revocations?: string
  /** The configuration of one of the replicas, if the drill may revoke in the list that they share. */
  readonly replicaConfig?: string
  /** The console of the Holdfast behind the gateway, if the drill may ask it for cases. Without it: by `replicaConfig`. */
  readonly console?: ConsolePlace
}

export interface ConsolePlace {
  /** Where `admin.listen` is: `http://host:port`. */
  readonly url: string
  /** The file that `console.secret` names. */
  readonly secretFile: string
  /** The certificate that `admin.tls` names, where the console has TLS. */
  readonly certificate?: string
}

export interface World extends WorldDescription {
  readonly dir: string
  readonly caPem: string
  readonly issuerKey: SigningKey
}

export interface Credentials {
  readonly certificatePem: string
  readonly keyPem: string
}

/** Reads the folder; the error names the file and what is wrong with it. */
export async function loadWorld(folder: string): Promise<Result<World, string>> {
  const dir = resolve(folder)
  const missing = [WORLD_FILE, 'ca.crt', 'issuer-key.json'].find((name) => !existsSync(join(dir, name)))
  if (missing !== undefined) {
    return { ok: false, error: `${join(folder, missing)}: is missing; "make up" makes a folder that holds it` }
  }
  const description = readDescription(readFileSync(join(dir, WORLD_FILE), 'utf8'))
  if (description === undefined) {
    return {
      ok: false,
      error: `${join(folder, WORLD_FILE)}: needs "issuer", and "origins" for ${SERVICES.join(', ')}; "console" has "url" and "secretFile"`,
    }
  }
  const issuerKey = await readSigningKey(readFileSync(join(dir, 'issuer-key.json'), 'utf8'))
  if (!issuerKey.ok) return { ok: false, error: `${join(folder, 'issuer-key.json')}: ${issuerKey.error}` }
  return ok({
    ...description,
    ...filesOf(description, dir),
    ...consoleOf(description, dir),
    dir,
    caPem: readFileSync(join(dir, 'ca.crt'), 'utf8'),
    issuerKey: issuerKey.value,
  })
}

const FILES = ['accessLog', 'secondAccessLog', 'revocations', 'replicaConfig'] as const

/** Those that are named, as absolute paths. */
function filesOf(description: WorldDescription, dir: string): Partial<Record<(typeof FILES)[number], string>> {
  const named = FILES.flatMap((name) => {
    const file = description[name]
    return file === undefined ? [] : [[name, resolve(dir, file)]]
  })
  return Object.fromEntries(named)
}

function consoleOf({ console }: WorldDescription, dir: string): Pick<WorldDescription, 'console'> {
  if (console === undefined) return {}
  const { secretFile, certificate } = console
  const pinned = certificate === undefined ? {} : { certificate: resolve(dir, certificate) }
  return { console: { ...console, secretFile: resolve(dir, secretFile), ...pinned } }
}

/** The world with the access log of the second gateway in place of that of the first. */
export function behindSecondGateway({ accessLog: _, secondAccessLog, ...same }: World): World {
  return secondAccessLog === undefined ? same : { ...same, accessLog: secondAccessLog }
}

function readDescription(text: string): WorldDescription | undefined {
  let value: Partial<WorldDescription> | null
  try {
    value = JSON.parse(text) as Partial<WorldDescription> | null
  } catch {
    return undefined
  }
  const { issuer, origins, console } = value ?? {}
  if (console !== undefined && !(URL.canParse(console?.url) && typeof console.secretFile === 'string')) return undefined
  if (typeof issuer !== 'string' || !SERVICES.every((service) => URL.canParse(origins?.[service] ?? '')))
    return undefined
  return value as WorldDescription
}

/** Certificate and key of one pod. Throws when the folder has none. */
export function credentialsOf(world: World, caller: CallerName, pod: Pod): Credentials {
  const stem = credentialsStem(world, caller, pod)
  return { certificatePem: readFileSync(`${stem}.crt`, 'utf8'), keyPem: readFileSync(`${stem}.key`, 'utf8') }
}

export function hasCredentials(world: World, caller: CallerName): boolean {
  return existsSync(`${credentialsStem(world, caller, '1')}.crt`)
}

function credentialsStem(world: World, caller: CallerName, pod: Pod): string {
  return join(world.dir, 'workloads', podName(caller, pod))
}

/** `x5t#S256` of the certificate of one pod (RFC 8705 §3.1). */
export function thumbprintOf(world: World, caller: CallerName, pod: Pod): string {
  const { fingerprint256 } = new X509Certificate(credentialsOf(world, caller, pod).certificatePem)
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

/** The first pod has the plain name: that is the one people use by hand. */
export function podName(caller: CallerName, pod: Pod): string {
  return pod === '1' ? caller : `${caller}-${pod}`
}
