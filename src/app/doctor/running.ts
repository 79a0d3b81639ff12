/** Asks the admin port of the configuration what is ready. Whoever answers there is not known, so nothing is taken on trust. */

import { isJsonObject } from '../../check/codec/strict-json.ts'
import { parseListen } from '../../config/listen.ts'
import type { Config } from '../../config/schema.ts'
import type { RunningFacts } from '../../doctor/facts.ts'
import { askPage } from '../ask-page.ts'
import { parseJsonAnswer } from '../json-answer.ts'

const TIMEOUT_MS = 2_000
const MAX_BYTES = 65_536
/** Addresses to listen on, and where to connect to them from the same host. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Never rejects. */
export async function runningFacts({ listen, tls }: Config['admin']): Promise<RunningFacts> {
  const silent = { kind: 'silent', address: listen } as const
  const parsed = parseListen(listen)
  if (!parsed.ok || parsed.value.kind !== 'tcp') return silent
  const { host, port } = parsed.value
  const reachable = WILDCARDS.get(host) ?? host
  const authority = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  const url = new URL(`${tls === null ? 'http' : 'https'}://${authority}/readyz`)
  const asked = await askPage(url, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
  if ('why' in asked && !asked.tooLarge) return silent
  const components = 'why' in asked ? undefined : readComponents(asked.body)
  return components === undefined
    ? { kind: 'foreign', address: listen }
    : { kind: 'answers', address: listen, components }
}

type Components = Extract<RunningFacts, { kind: 'answers' }>['components']

/** Undefined when it is no answer of /readyz. */
function readComponents(body: string): Components | undefined {
  const components = parseJsonAnswer(body)?.['components']
  if (!isJsonObject(components)) return undefined
  const read = Object.entries(components).flatMap(([name, state]) => {
    const { ready, detail } = isJsonObject(state) ? state : {}
    return typeof ready === 'boolean' ? [{ name, ready, detail: typeof detail === 'string' ? detail : '' }] : []
  })
  return read.length === Object.keys(components).length ? read : undefined
}
