/** The configuration of an Envoy, from its admin page on this host or from a file. */
import { resolve } from 'node:path'
import { parseText } from '../../config/document.ts'
import { isLocal, parseListen } from '../../config/listen.ts'
import { readBounded } from '../../config/read-file.ts'
import type { Config } from '../../config/schema.ts'
import type { EnvoyFacts, EnvoyWishes } from '../../doctor/facts.ts'
import { fetchBounded } from './bounded-fetch.ts'

const TIMEOUT_MS = 10_000
/** A mesh of thousands of services has dumps of tens of megabytes. */
const MAX_BYTES = 67_108_864
/** YAML is what people write, and slow to read. */
const MAX_YAML_BYTES = 4_194_304

/** A URL, or what looks like one; anything else is a file. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text)
}

/** Why this URL is not asked; undefined: it is. The admin page can stop Envoy, and speaks without TLS: it belongs on loopback. */
export function adminUrlFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'is no URL; write http://127.0.0.1:9902, or a file'
  if (url.username !== '' || url.password !== '') return 'holds a password; leave it out'
  if (isLocal({ kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port: 0 })) return undefined
  return 'is on another host; forward the port of its admin page to loopback, or give a file'
}

/** Never rejects. @param source URL of an admin page (with or without /config_dump), or a file relative to `cwd` */
export async function envoyFacts(source: string, cwd: string): Promise<EnvoyFacts> {
  return isUrl(source) ? fetchDump(source) : readDump(source, resolve(cwd, source))
}

async function fetchDump(source: string): Promise<EnvoyFacts> {
  const url = new URL(source)
  if (url.pathname === '/') {
    url.pathname = '/config_dump'
    url.search = '?include_eds'
  }
  const fetched = await fetchBounded(url.href, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
  if (!fetched.ok) return { kind: 'unreachable', source, detail: fetched.error }
  if (fetched.status !== 200) return { kind: 'unreachable', source, detail: `it answers ${fetched.status}` }
  return factsOf(source, fetched.bytes)
}

async function readDump(source: string, path: string): Promise<EnvoyFacts> {
  const read = await readBounded(path, MAX_BYTES)
  return read.ok ? factsOf(source, read.bytes) : { kind: 'unreachable', source, detail: read.error }
}

function factsOf(source: string, bytes: Buffer): EnvoyFacts {
  const text = bytes.toString('utf8')
  const json = parseJson(text)
  if (json !== undefined) return { kind: 'read', source, value: json.value }
  if (bytes.length > MAX_YAML_BYTES) {
    return { kind: 'unreadable', source, detail: `no JSON, and too large for YAML (${MAX_YAML_BYTES} bytes)` }
  }
  const { value, syntaxFaults, findings } = parseText(text)
  const [fault] = syntaxFaults
  if (fault !== undefined) {
    return { kind: 'unreadable', source, detail: `no JSON, and no YAML: line ${fault.line}, column ${fault.column}` }
  }
  // A key that stands twice: which one Envoy would take is not for us to guess.
  const [finding] = findings
  if (finding !== undefined)
    return { kind: 'unreadable', source, detail: `YAML that Envoy may read otherwise: ${finding.message}` }
  return { kind: 'read', source, value }
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** What the configuration demands of Envoy. */
export function envoyWishes({ server, peers, routes }: Config): EnvoyWishes {
  const listen = parseListen(server.listen)
  if (!listen.ok) throw new Error('server.listen was found good before')
  return {
    deadlineMs: server.deadlineMs,
    listen: listen.value,
    forwardedFrom: peers.forwardedClientCert.from,
    trustedHops: peers.forwardedClientCert.trustedHops,
    routes,
    cors: routes.some(({ cors }) => cors),
    clientSecret: server.clientSecret !== null,
  }
}
