/** The service definitions of proto/, loaded once. The folder lies beside src/ and beside dist/ alike. */
import { fileURLToPath } from 'node:url'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const PROTO_DIR = fileURLToPath(new URL('../../proto/', import.meta.url))

/** Envoy's Authorization service; its Check takes and gives bytes. */
export const AUTHORIZATION_SERVICE: ServiceDefinition = overBytes(
  serviceOf('envoy/service/auth/v3/external_auth.proto', 'envoy.service.auth.v3.Authorization'),
)

export const HEALTH_SERVICE: ServiceDefinition = serviceOf('grpc/health/v1/health.proto', 'grpc.health.v1.Health')

/** Throws when proto/ is not where it belongs: without it there is no server. */
function serviceOf(file: string, name: string): ServiceDefinition {
  const loaded = loadSync(file, { includeDirs: [PROTO_DIR], keepCase: true, defaults: true })[name]
  if (loaded === undefined || 'format' in loaded) throw new Error(`proto/${file} does not define ${name}`)
  return loaded
}

/**
 * With identity (de)serialisers a malformed message reaches our code and is denied. In grpc-js's hands it would become a
 * gRPC error, which `failure_mode_allow` opens.
 */
function overBytes(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]): [string, MethodDefinition<Buffer, Buffer>] => [
      name,
      {
        path: method.path,
        requestStream: method.requestStream,
        responseStream: method.responseStream,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    ]),
  )
}

function identity(bytes: Buffer): Buffer {
  return bytes
}
