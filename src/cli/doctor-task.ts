/** What the options of `holdfast doctor` ask for: the installation, an Envoy, or the gate of a route. */
import { resolve } from 'node:path'
import { adminUrlFault, isUrl } from '../app/doctor/envoy.ts'
import type { PrometheusAccess } from '../app/doctor/prometheus.ts'
import { isLocal } from '../config/listen.ts'
import { readBounded } from '../config/read-file.ts'
import { GATE_PARAMETERS } from '../monitoring/safe-to-enforce.ts'
import type { Io } from './command.ts'
import { parseDuration } from './duration.ts'

export const OPTIONS = {
  config: 'string',
  json: 'boolean',
  envoy: 'string',
  'safe-to-enforce': 'string',
  prometheus: 'string',
  'prometheus-token': 'string',
  namespace: 'string',
  job: 'string',
  window: 'string',
} as const

export type DoctorTask =
  | { readonly kind: 'installation' }
  | { readonly kind: 'envoy'; readonly source: string }
  | {
      readonly kind: 'gate'
      readonly route: string
      readonly access: PrometheusAccess
      readonly namespace: string | undefined
      readonly job: string | undefined
      readonly windowSeconds: number
    }

type Values = { readonly [K in keyof typeof OPTIONS]?: (typeof OPTIONS)[K] extends 'boolean' ? boolean : string }

type Task<T = DoctorTask> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

const OF_GATE = ['prometheus', 'prometheus-token', 'namespace', 'job', 'window'] as const
const MAX_TOKEN_BYTES = 16_384

/** Never rejects; the message says what is wrong, never a byte of the token. */
export async function readTask(values: Values, io: Pick<Io, 'cwd'>): Promise<Task> {
  const { envoy, 'safe-to-enforce': route } = values
  const stray = OF_GATE.find((name) => values[name] !== undefined)
  if (route === undefined && stray !== undefined) return wrong(`--${stray} needs --safe-to-enforce ROUTE`)
  if (route !== undefined && envoy !== undefined)
    return wrong('--envoy and --safe-to-enforce are two questions; ask twice')
  if (envoy !== undefined) {
    const fault = isUrl(envoy) ? adminUrlFault(envoy) : undefined
    return fault === undefined ? right({ kind: 'envoy', source: envoy }) : wrong(`--envoy ${fault}`)
  }
  return route === undefined ? right({ kind: 'installation' }) : readGate(route, values, io)
}

async function readGate(route: string, values: Values, io: Pick<Io, 'cwd'>): Promise<Task> {
  const { prometheus, 'prometheus-token': reference, namespace, job, window } = values
  if (prometheus === undefined) return wrong('--safe-to-enforce needs --prometheus URL')
  const url = URL.parse(prometheus)
  if (url === null || !isUrl(prometheus)) return wrong('--prometheus is no URL; write http://127.0.0.1:9090')
  if (url.username !== '' || url.password !== '') {
    return wrong('--prometheus holds a password; use --prometheus-token file:PATH')
  }
  if (url.search !== '' || url.hash !== '') return wrong('--prometheus has more than a path; leave out ? and #')
  const windowSeconds = window === undefined ? GATE_PARAMETERS.windowSeconds : parseDuration(window)
  if (windowSeconds === undefined) return wrong('--window is no duration; write 24h or 7d')
  const token = reference === undefined ? right(undefined) : await readToken(reference, url, io)
  if (!token.ok) return token
  const access = { url: url.href.replace(/\/+$/, ''), token: token.value }
  return right({ kind: 'gate', route, access, namespace, job, windowSeconds })
}

/** Never in the arguments, where every user of the host can read them. */
async function readToken(reference: string, url: URL, io: Pick<Io, 'cwd'>): Promise<Task<string>> {
  if (!reference.startsWith('file:')) return wrong('--prometheus-token takes file:PATH, never the token itself')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol !== 'https:' && !isLocal({ kind: 'tcp', host, port: 0 })) {
    return wrong('--prometheus-token would travel in plain text; write https in --prometheus')
  }
  const read = await readBounded(resolve(io.cwd, reference.slice('file:'.length)), MAX_TOKEN_BYTES)
  if (!read.ok) return wrong(`the file of --prometheus-token cannot be read: ${read.error}`)
  const token = read.bytes.toString('latin1').trim()
  return /^[\x21-\x7e]+$/.test(token) ? right(token) : wrong('the file of --prometheus-token holds no token')
}

function right<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message }
}
