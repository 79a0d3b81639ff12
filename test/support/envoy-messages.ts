/**
 * The messages of Envoy through proto-loader: the judge of our own reader and writer, and the client of the tests. Nothing of
 * src/transport is used here.
 */
import { fileURLToPath } from 'node:url'
import { type ChannelCredentials, type ChannelOptions, Client, credentials, Metadata } from '@grpc/grpc-js'
import { loadSync, type MethodDefinition, type Options } from '@grpc/proto-loader'

const OPTIONS: Options = {
  includeDirs: [fileURLToPath(new URL('../../proto/', import.meta.url))],
  keepCase: true,
  longs: Number,
  enums: Number,
}

function methodOf(file: string, service: string, method: string): MethodDefinition<object, object> {
  const found = loadSync(file, OPTIONS)[service]
  if (found === undefined || 'format' in found) throw new Error(`no service ${service}`)
  return found[method] as MethodDefinition<object, object>
}

const CHECK = methodOf('envoy/service/auth/v3/external_auth.proto', 'envoy.service.auth.v3.Authorization', 'Check')
export const HEALTH_CHECK = methodOf('grpc/health/v1/health.proto', 'grpc.health.v1.Health', 'Check')
export const HEALTH_WATCH = methodOf('grpc/health/v1/health.proto', 'grpc.health.v1.Health', 'Watch')

export interface HeaderField {
  readonly key: string
  readonly value?: string
  readonly raw_value?: Buffer
}

export interface CheckRequest {
  attributes?: {
    source?: {
      address?: { socket_address?: { address?: string } }
      principal?: string
      certificate?: string
    }
    request?: {
      http?: {
        method?: string
        headers?: Record<string, string>
        path?: string
        host?: string
        header_map?: { headers: readonly HeaderField[] }
      }
    }
    context_extensions?: Record<string, string>
  }
}

export interface CheckResponse {
  status?: { code?: number }
  denied_response?: { status?: { code?: number }; headers?: HeaderOption[]; body?: string }
  ok_response?: { headers?: HeaderOption[]; headers_to_remove?: string[]; response_headers_to_add?: HeaderOption[] }
  dynamic_metadata?: { fields: Record<string, { stringValue?: string; boolValue?: boolean }> }
}

interface HeaderOption {
  header: { key: string; value?: string }
  append_action?: number
}

export function encodeCheckRequest(message: CheckRequest): Buffer {
  return CHECK.requestSerialize(message)
}

export function decodeCheckRequest(bytes: Buffer): CheckRequest {
  return CHECK.requestDeserialize(bytes) as CheckRequest
}

export function decodeCheckResponse(bytes: Buffer): CheckResponse {
  return CHECK.responseDeserialize(bytes) as CheckResponse
}

/** What a proxy would make of an answer: Envoy looks at the status code alone (envoy-facts). */
export function isAllow(response: CheckResponse): boolean {
  return (response.status?.code ?? 0) === 0
}

export interface CheckClient {
  /** Sends bytes as they are; rejects with grpc-js's ServiceError when the call fails. */
  check(request: Buffer, options?: { metadata?: Record<string, string>; deadlineMs?: number }): Promise<CheckResponse>
  readonly client: Client
  close(): void
}

/** A client for `host:port` or `unix:///path`. */
export function makeCheckClient(
  address: string,
  creds: ChannelCredentials = credentials.createInsecure(),
  options: ChannelOptions = {},
): CheckClient {
  const client = new Client(address, creds, { 'grpc.max_send_message_length': -1, ...options })
  return {
    client,
    check(request, { metadata = {}, deadlineMs = 5_000 } = {}) {
      const sent = new Metadata()
      for (const [name, value] of Object.entries(metadata)) sent.add(name, value)
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          CHECK.path,
          (bytes: Buffer) => bytes,
          decodeCheckResponse,
          request,
          sent,
          { deadline: Date.now() + deadlineMs },
          (error, response) => (response === undefined ? reject(error) : resolve(response)),
        )
      })
    },
    close: () => client.close(),
  }
}
