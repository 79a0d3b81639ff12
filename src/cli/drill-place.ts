/** What `holdfast drill` is told to attack: one of --target, --grpc and nothing, and the options that belong to each. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ok, type Result } from '../check/result.ts'
import { parseListen } from '../config/listen.ts'
import { readClientSecret } from '../config/secrets.ts'
import { type GrpcLink, grpcLink, type LinkTls } from '../drill/target/grpc-link.ts'
import type { Io } from './command.ts'

export const PLACE_OPTIONS = {
  target: 'string',
  'second-target': 'string',
  grpc: 'string',
  'tls-ca': 'string',
  'tls-certificate': 'string',
  'tls-key': 'string',
  'tls-name': 'string',
  'client-secret': 'string',
  world: 'string',
} as const

export type PlaceOptions = Readonly<Partial<Record<keyof typeof PLACE_OPTIONS, string>>>

const OF_GRPC = ['tls-ca', 'tls-certificate', 'tls-key', 'tls-name', 'client-secret'] as const
const OF_TLS = ['tls-certificate', 'tls-key', 'tls-name'] as const

/** What is wrong with the options as they were typed. */
export function placeFault(options: PlaceOptions): string | undefined {
  return options.grpc === undefined ? envoyFault(options) : grpcFault(options)
}

function envoyFault(options: PlaceOptions): string | undefined {
  const { target, 'second-target': second, world } = options
  const alone = OF_GRPC.find((name) => options[name] !== undefined)
  if (alone !== undefined) return `--${alone}: belongs to --grpc`
  if (target !== undefined && !isHttps(target)) return '--target: must be an https:// URL'
  if (second !== undefined) {
    if (target === undefined) return '--second-target needs --target: the world that the drill makes has one replica'
    if (!isHttps(second)) return '--second-target: must be an https:// URL'
    if (new URL(second).host === new URL(target).host) return '--second-target: is the first one again'
  }
  return target !== undefined && world === undefined ? needsWorld('--target') : undefined
}

function grpcFault(options: PlaceOptions): string | undefined {
  const beside = (['target', 'second-target'] as const).find((name) => options[name] !== undefined)
  if (beside !== undefined) return `--${beside}: stands beside --grpc; attack one place at a time`
  const address = parseListen(options.grpc ?? '')
  if (!address.ok) return `--grpc: ${address.error}`
  const lonely = OF_TLS.find((name) => options[name] !== undefined && options['tls-ca'] === undefined)
  if (lonely !== undefined) return `--${lonely} needs --tls-ca: the authority of the certificate that Holdfast shows`
  if ((options['tls-certificate'] === undefined) !== (options['tls-key'] === undefined))
    return '--tls-certificate and --tls-key go together; name both, or none'
  const secret = options['client-secret']
  if (secret !== undefined && !/^(file|env):./.test(secret))
    return '--client-secret: names where the secret stands; write file:PATH or env:NAME'
  return options.world === undefined ? needsWorld('--grpc') : undefined
}

function needsWorld(option: string): string {
  return `${option} needs --world DIR: the keys and certificates to attack with`
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}

/** Reads the files that the options name; nothing is connected yet. The error names the option, and shows no byte of a file. */
export async function openLink(options: PlaceOptions, io: Pick<Io, 'cwd' | 'env'>): Promise<Result<GrpcLink, string>> {
  const tls = await readTls(options, io.cwd)
  if (!tls.ok) return tls
  const reference = options['client-secret']
  if (reference === undefined) return grpcLink(options.grpc ?? '', tls.value)
  const path = reference.startsWith('file:') ? `file:${resolve(io.cwd, reference.slice('file:'.length))}` : reference
  const secret = await readClientSecret(path, io.env)
  return secret.ok
    ? grpcLink(options.grpc ?? '', tls.value, secret.value)
    : { ok: false, error: `--client-secret: ${secret.error}` }
}

async function readTls(options: PlaceOptions, cwd: string): Promise<Result<LinkTls | undefined, string>> {
  const files = new Map<string, Buffer>()
  for (const name of ['tls-ca', 'tls-certificate', 'tls-key'] as const) {
    const path = options[name]
    if (path === undefined) continue
    const bytes = await readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown')
    if (typeof bytes === 'string') return { ok: false, error: `--${name}: ${path} cannot be read: ${bytes}` }
    files.set(name, bytes)
  }
  const [caPem, certificatePem, keyPem] = [files.get('tls-ca'), files.get('tls-certificate'), files.get('tls-key')]
  if (caPem === undefined) return ok(undefined)
  const client = certificatePem === undefined || keyPem === undefined ? undefined : { certificatePem, keyPem }
  return ok({ caPem, client, serverName: options['tls-name'] })
}
