/**
 * The gRPC server: where it listens, its limits, and how it goes. Nothing here knows what a Check means.
 */
import cluster from 'node:cluster'
import { chmod } from 'node:fs/promises'
import {
  type ChannelOptions,
  type handleUnaryCall,
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { makeHealthService } from './health-service.ts'
import { type ListenAddress, ListenError, removeStaleSocket, targetOf } from './listen-address.ts'
import { AUTHORIZATION_SERVICE, HEALTH_SERVICE } from './proto-definition.ts'
import type { Readiness } from './readiness.ts'
import { makeServerTls, type TlsFiles } from './server-tls.ts'

export interface GrpcServerOptions {
  readonly listen: ListenAddress
  /** Undefined: plaintext. */
  readonly tls: TlsFiles | undefined
  readonly check: handleUnaryCall<Buffer, Buffer>
  readonly readiness: Readiness
}

export interface GrpcServer {
  /** Where it really listens: `host:port`, `[v6]:port` or `unix:///path`. */
  readonly address: string
  /**
   * Replaces certificate, key and client authority for new connections. Throws, and changes nothing, when they do not fit
   * or the server was started without TLS.
   */
  updateTls(files: TlsFiles): void
  /**
   * Goes in order, in `seconds` at most: NOT_SERVING at once; for the first half still answering, so that callers can
   * turn away; then no new calls, and those under way finish; what is left at the end is cut off.
   */
  drain(seconds: number): Promise<void>
}

/** Owner and group. Until it is set the umask rules, which by default lets nobody but the owner connect. */
const SOCKET_MODE = 0o660

/** Envoy can be told to take 8 MiB of headers; a message over our limit would be a gRPC error, which may open the door. */
const LIMITS: ChannelOptions = {
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
}

// What grpc-js would write to standard error comes to us as errors anyway; the log stays JSON.
setLogVerbosity(logVerbosity.NONE)

/** Listens, or throws ListenError. Faulty TLS files throw node:tls' own error. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { listen } = options
  const tls = options.tls === undefined ? undefined : makeServerTls(options.tls)
  const health = makeHealthService(options.readiness)
  const server = new Server(LIMITS)
  server.addService(AUTHORIZATION_SERVICE, { Check: options.check })
  server.addService(HEALTH_SERVICE, health.implementation)

  // In a worker the socket may already be that of its siblings: the supervisor has made room.
  if (listen.kind === 'unix' && cluster.isPrimary) await removeStaleSocket(listen.path)
  const port = await bind(server, targetOf(listen), tls?.credentials ?? ServerCredentials.createInsecure())
  if (listen.kind === 'unix') await chmod(listen.path, SOCKET_MODE)

  return {
    address: targetOf(listen.kind === 'tcp' ? { ...listen, port } : listen),
    updateTls(files) {
      if (tls === undefined) throw new Error('server.tls cannot be switched on without a restart')
      tls.update(files)
    },
    async drain(seconds) {
      health.shutDown()
      await pause(seconds * 500)
      await shutDown(server, seconds * 500)
    },
  }
}

function bind(server: Server, target: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials, (error, port) => {
      if (error === null) resolve(port)
      else reject(new ListenError(`cannot listen on ${target}: ${error.message}`))
    })
  })
}

function shutDown(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, limitMs)
    server.tryShutdown(() => {
      clearTimeout(limit)
      resolve()
    })
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
