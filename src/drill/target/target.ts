/** What the drill attacks: something that takes a call and tells what became of it. */
import type { Echo } from '../world/upstream.ts'
import type { CallerName, Pod, ServiceName } from '../world/workloads.ts'

export interface Call {
  readonly service: ServiceName
  readonly method: string
  /** With the query, sent as it stands. */
  readonly path: string
  /** One element for each field line, in order; Host is not among them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whose certificate the connection shows. */
  readonly workload: CallerName
  readonly pod: Pod
  /** Address on loopback where it starts; a deployment elsewhere sees that of the machine. */
  readonly from: string
}

export interface Answer {
  readonly status: number
  /** Holdfast's reason and class, `ok` and `none` on a clean allow; undefined where nobody told. */
  readonly reason: string | undefined
  readonly class: string | undefined
  /** True where observe let a refusal pass. */
  readonly wouldDeny: boolean
  /** The OAuth error of the first challenge, else of the body. */
  readonly error: string | undefined
  /** The nonce handed out. */
  readonly nonce: string | undefined
  /** What the application saw; undefined when nothing reached it. */
  readonly upstream: Echo | undefined
  /** Undefined when Holdfast was not asked: Envoy refused by itself. */
  readonly decisionId: string | undefined
}

export interface Target {
  /** For the heading of the table: what is attacked, and how. */
  readonly description: string
  /** False when Holdfast is asked without an Envoy in front. */
  readonly hasEnvoy: boolean
  /** Throws TargetUnreachable when there is no answer at all. */
  send(call: Call): Promise<Answer>
  close(): void
}

export class TargetUnreachable extends Error {}

/** The `error` parameter of a challenge or of the JSON body (RFC 6750 §3). */
export function oauthError(challenges: readonly string[], body: string): string | undefined {
  for (const challenge of challenges) {
    const found = /\berror="([^"]*)"/.exec(challenge)
    if (found !== null) return found[1]
  }
  const value = parseJson(body)
  return typeof value?.['error'] === 'string' ? value['error'] : undefined
}

export function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
