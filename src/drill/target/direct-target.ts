/**
 * Holdfast without an Envoy in front: the drill writes each Check as Envoy would (proto/), and reads the answer as Envoy
 * does: the status code alone decides, headers are written before others are removed.
 */
import { fileURLToPath } from 'node:url'
import { type ServiceError, status } from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import type { Echo } from '../world/upstream.ts'
import type { World } from '../world/world.ts'
import { checkRequest, type HeaderList } from './check-request.ts'
import type { GrpcLink } from './grpc-link.ts'
import { type Answer, type Call, oauthError, type Target, TargetUnreachable } from './target.ts'

interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string }
}

/** CheckResponse as proto-loader gives it: what has its default value is absent. */
interface CheckResponse {
  readonly status?: { readonly code?: number }
  readonly denied_response?: {
    readonly status?: { readonly code?: number }
    readonly headers?: readonly HeaderOption[]
    readonly body?: string
  }
  readonly ok_response?: {
    readonly headers?: readonly HeaderOption[]
    readonly headers_to_remove?: readonly string[]
    readonly response_headers_to_add?: readonly HeaderOption[]
  }
  readonly dynamic_metadata?: { readonly fields?: Readonly<Record<string, MetadataValue>> }
}

interface MetadataValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
}

const TIMEOUT_MS = 10_000
const CHECK = loadCheck()

/** `why` says for the heading why there is no Envoy. Takes over the link: closing the target closes it. */
export function directTarget(world: World, link: GrpcLink, why: string): Target {
  return {
    description: `${link.address} (gRPC, ${why}: the drill writes the checks that Envoy would send)`,
    hasEnvoy: false,
    async send(call) {
      const sent = checkRequest(world, call)
      return readResponse(await ask(link, sent.message), call, sent.headers)
    },
    close: link.close,
  }
}

function ask(link: GrpcLink, message: object): Promise<CheckResponse> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + TIMEOUT_MS
    const done = (error: ServiceError | null, response?: CheckResponse) => {
      if (error !== null) reject(new TargetUnreachable(`${link.address}: ${explain(error, link)}`))
      else if (response !== undefined) resolve(response)
    }
    const { path, requestSerialize, responseDeserialize } = CHECK
    link
      .next()
      .makeUnaryRequest(path, requestSerialize, responseDeserialize, message, link.metadata, { deadline }, done)
  })
}

function explain({ code, details }: ServiceError, { mend }: GrpcLink): string {
  if (code === status.UNIMPLEMENTED) return 'speaks gRPC, but answers no Check: name the address of server.listen'
  return code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED ? `${details}; ${mend}` : details
}

function readResponse(response: CheckResponse, call: Call, sent: HeaderList): Answer {
  const allowed = (response.status?.code ?? 0) === 0
  const denied = response.denied_response
  const answerHeaders = (allowed ? response.ok_response?.response_headers_to_add : denied?.headers) ?? []
  const upstream = allowed ? applied(response, call, sent) : undefined
  const valuesOf = (name: string) => answerHeaders.filter((o) => o.header.key === name).map((o) => o.header.value)
  const metadata = response.dynamic_metadata?.fields ?? {}
  return {
    // Envoy answers 403 where a denial names no status.
    status: allowed ? 200 : (denied?.status?.code ?? 403),
    reason: metadata['reason']?.stringValue,
    class: metadata['class']?.stringValue,
    wouldDeny: metadata['would_deny']?.boolValue === true,
    error: oauthError(valuesOf('www-authenticate'), denied?.body ?? ''),
    nonce: valuesOf('dpop-nonce')[0],
    upstream,
    decisionId: metadata['decision_id']?.stringValue,
  }
}

/** What Envoy would send on: each header written over all copies of the client's, then the removals. */
function applied(response: CheckResponse, call: Call, sent: HeaderList): Echo {
  const headers = new Map<string, string[]>()
  for (const [name, value] of sent) {
    if (!name.startsWith(':')) headers.set(name, [...(headers.get(name) ?? []), value])
  }
  for (const { header } of response.ok_response?.headers ?? []) headers.set(header.key.toLowerCase(), [header.value])
  for (const name of response.ok_response?.headers_to_remove ?? []) headers.delete(name.toLowerCase())
  return { method: call.method, path: call.path, headers: Object.fromEntries(headers) }
}

function loadCheck(): MethodDefinition<object, CheckResponse> {
  const proto = fileURLToPath(new URL('../../../proto/', import.meta.url))
  const loaded = loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [proto],
    keepCase: true,
    oneofs: true,
  })
  const service = loaded['envoy.service.auth.v3.Authorization'] as Record<string, MethodDefinition<object, object>>
  return service['Check'] as MethodDefinition<object, CheckResponse>
}
