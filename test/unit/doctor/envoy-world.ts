/** The Envoy configurations of envoy/ as plain objects to be changed, and what the doctor makes of them. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { EnvoyWishes, RouteFacts } from '../../../src/doctor/facts.ts'
import type { Finding, Status } from '../../../src/doctor/finding.ts'
import { judgeEnvoy } from '../../../src/doctor/judge-envoy.ts'
import type { Node } from '../../support/lab.ts'

export const FILES = ['sidecar', 'unix-socket', 'gateway', 'gateway-edge'] as const
export type EnvoyFile = (typeof FILES)[number]

const ROUTE: RouteFacts = {
  name: 'payments',
  mode: 'enforce',
  binding: { anyOf: ['dpop'] },
  issuers: null,
  require: { peers: [] },
}

/** Nobody passes it without a certificate. */
export const CERTIFICATE_ROUTE: RouteFacts = { ...ROUTE, name: 'partners', binding: { allOf: ['certificate'] } }

/** What envoy/sidecar.yaml says is Holdfast's side of it. */
export const WISHES: EnvoyWishes = {
  deadlineMs: 150,
  listen: { kind: 'tcp', host: '127.0.0.1', port: 9191 },
  forwardedFrom: 'envoy',
  trustedHops: 0,
  routes: [ROUTE],
  cors: true,
  clientSecret: false,
}

export function readEnvoyFile(file: EnvoyFile): Node {
  return parse(readFileSync(new URL(`../../../envoy/${file}.yaml`, import.meta.url), 'utf8')) as Node
}

/** The parts that tests change. */
export interface Parts {
  readonly whole: Node
  readonly listener: Node
  readonly chain: Node
  readonly tls: Node
  readonly manager: Node
  readonly slot: Node
  readonly authz: Node
  readonly cluster: Node
}

export function partsOf(whole: Node): Parts {
  const [listener] = whole['static_resources'].listeners as [Node]
  const [chain] = listener['filter_chains'] as [Node]
  const manager = chain['filters'][0].typed_config as Node
  const slot = manager['http_filters'][0] as Node
  const [cluster] = whole['static_resources'].clusters as [Node]
  const tls = chain['transport_socket'].typed_config as Node
  return { whole, listener, chain, tls, manager, slot, authz: slot['typed_config'], cluster }
}

export type Change = (parts: Parts) => void

export function judgeFile(
  file: EnvoyFile = 'sidecar',
  change: Change = () => undefined,
  wishes: Partial<EnvoyWishes> = {},
): readonly Finding[] {
  const whole = readEnvoyFile(file)
  change(partsOf(whole))
  return judgeValue(whole, wishes)
}

export function judgeValue(value: unknown, wishes: Partial<EnvoyWishes> = {}): readonly Finding[] {
  return judgeEnvoy({ kind: 'read', source: 'envoy.yaml', value }, { ...WISHES, ...wishes })
}

/** The worst status of an id; undefined: it was not judged. */
export function statusOf(findings: readonly Finding[], id: string): Status | undefined {
  const found = new Set(findings.filter((finding) => finding.id === id).map(({ status }) => status))
  return (['failed', 'unknown', 'warning', 'ok'] as const).find((status) => found.has(status))
}

/** Everything that is not `ok`, as `id status`. */
export function complaints(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`)
}
