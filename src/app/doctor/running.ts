/** Asks the admin port of the configuration what is ready. Whoever answers there is not known, so nothing is taken on trust. */
import { parseListen } from '../../config/listen.ts'
import type { RunningFacts } from '../../doctor/facts.ts'

const TIMEOUT_MS = 2_000
const MAX_BYTES = 65_536
/** Addresses to listen on, and where to connect to them from the same host. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

/** Never rejects. @param listen `admin.listen` */
export async function runningFacts(listen: string): Promise<RunningFacts> {
  const silent = { kind: 'silent', address: listen } as const
  const parsed = parseListen(listen)
  if (!parsed.ok || parsed.value.kind !== 'tcp') return silent
  const { host, port } = parsed.value
  const reachable = WILDCARDS.get(host) ?? host
  const authority = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  try {
    const response = await fetch(`http://${authority}/readyz`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const components = readComponents(await readBody(response))
    return components === undefined
      ? { kind: 'foreign', address: listen }
      : { kind: 'answers', address: listen, components }
  } catch {
    return silent
  }
}

/** Empty when it is too long. */
async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

type Components = Extract<RunningFacts, { kind: 'answers' }>['components']

/** Undefined when it is no answer of /readyz. */
function readComponents(body: string): Components | undefined {
  const components = parse(body)?.['components']
  if (!isObject(components)) return undefined
  const read = Object.entries(components).flatMap(([name, state]) => {
    const { ready, detail } = isObject(state) ? state : {}
    return typeof ready === 'boolean' ? [{ name, ready, detail: typeof detail === 'string' ? detail : '' }] : []
  })
  return read.length === Object.keys(components).length ? read : undefined
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
