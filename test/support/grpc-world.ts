/** A gRPC server with answers of the test's choice, on loopback, and what a client sees of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ComponentState, makeReadiness, type ReadinessMap } from '../../src/admin/readiness.ts'
import type { EnvoyAnswer } from '../../src/check/answer.ts'
import {
  type CheckHandler,
  type CheckHandlerOptions,
  makeCheckHandler,
} from '../../src/transport/authorization-service.ts'
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from '../../src/transport/grpc-server.ts'

export const READY: ComponentState = { ready: true, detail: '' }
export const NOT_READY: ComponentState = { ready: false, detail: '' }
export const ANY_PORT = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const

export const ALLOW: EnvoyAnswer = {
  allow: true,
  status: 200,
  headers: [['x-holdfast-decision', 'd1']],
  removeHeaders: [],
  responseHeaders: [],
  body: '',
  metadata: { verdict: 'allow' },
}

/** A denial that says in its metadata where it comes from. */
export function denial(status: number, from: string): EnvoyAnswer {
  return { ...ALLOW, allow: false, status, headers: [], metadata: { verdict: 'deny', from } }
}

export interface World {
  readonly server: GrpcServer
  readonly handler: CheckHandler
  readonly readiness: ReadinessMap
  /** Errors that `failed` was told. */
  readonly failures: unknown[]
}

/** Starts a server; what a test does not name allows everything in a second at most. */
export async function startWorld(
  options: Partial<CheckHandlerOptions> = {},
  serverOptions: Partial<GrpcServerOptions> = {},
): Promise<World> {
  const failures: unknown[] = []
  const readiness = makeReadiness(['test'])
  readiness.set('test', READY)
  const handler = makeCheckHandler({
    decide: async () => () => ALLOW,
    shed: () => denial(503, 'shed'),
    late: () => denial(503, 'late'),
    unauthenticated: () => denial(403, 'unauthenticated'),
    failed: (error) => {
      failures.push(error)
      return denial(503, 'failed')
    },
    clientSecret: () => undefined,
    maxConcurrentChecks: 100,
    traced: false,
    deadlineMs: 1_000,
    ...options,
  })
  const server = await startGrpcServer({
    listen: ANY_PORT,
    tls: undefined,
    check: handler.check,
    readiness,
    ...serverOptions,
  })
  return { server, handler, readiness, failures }
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
