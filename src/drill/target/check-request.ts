/** A call as the Check that Envoy makes of it with the settings of envoy/sidecar.yaml. */
import { X509Certificate } from 'node:crypto'
import { credentialsOf, type World } from '../world/world.ts'
import type { Call } from './target.ts'

export type HeaderList = readonly (readonly [name: string, value: string])[]

/** The message for proto-loader, and the header list in it. */
export function checkRequest(world: World, call: Call): { message: object; headers: HeaderList } {
  const { certificatePem } = credentialsOf(world, call.workload, call.pod)
  const certificate = new X509Certificate(certificatePem)
  // Both are read from the certificate, as Envoy does; one of a release's world has no SPIFFE ID (world/release-world.ts).
  const uri = /^URI:(\S+)$/.exec(certificate.subjectAltName ?? '')?.[1] ?? ''
  const host = new URL(world.origins[call.service]).host
  const path = normalised(call.path)
  const pseudo: HeaderList = [
    [':authority', host],
    [':path', path],
    [':method', call.method],
    [':scheme', 'https'],
  ]
  const hash = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  const headers = [
    ...pseudo,
    ...asEnvoyKeeps(call.headers),
    ['x-forwarded-client-cert', `Hash=${hash};URI=${uri}`],
  ] as HeaderList
  const message = {
    attributes: {
      source: {
        address: { socket_address: { address: call.from } },
        principal: uri === '' ? certificate.subject : uri,
        certificate: encodeURIComponent(certificatePem),
      },
      request: {
        http: {
          method: call.method,
          path,
          host,
          header_map: { headers: headers.map(([key, value]) => ({ key, raw_value: Buffer.from(value) })) },
        },
      },
    },
  }
  return { message, headers }
}

/** Names in lower case; repeated `authorization` joined by a bare comma; the caller's XFCC gone (SANITIZE_SET). */
function asEnvoyKeeps(headers: HeaderList): HeaderList {
  const lower = headers.map(([name, value]) => [name.toLowerCase(), value] as const)
  const authorization = lower.filter(([name]) => name === 'authorization').map(([, value]) => value)
  const rest = lower.filter(([name]) => name !== 'authorization' && name !== 'x-forwarded-client-cert')
  return authorization.length === 0 ? rest : [['authorization', authorization.join(',')], ...rest]
}

/** `normalize_path`, as far as the drill's paths need it: dot segments go. */
function normalised(path: string): string {
  const [plain = '', ...query] = path.split('?')
  const kept: string[] = []
  for (const segment of plain.split('/').slice(1)) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  return [`/${kept.join('/')}`, ...query].join('?')
}
