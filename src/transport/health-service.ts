/**
 * grpc.health.v1 over readiness: what Envoy's `grpc_health_check` asks. The whole server ('') and the Authorization service
 * share one status, since there is nothing else to serve.
 */
import {
  type handleUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Readiness } from './readiness.ts'

const SERVICES: ReadonlySet<string> = new Set(['', 'envoy.service.auth.v3.Authorization'])

interface HealthRequest {
  readonly service: string
}
interface HealthResponse {
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'
}
type WatchCall = ServerWritableStream<HealthRequest, HealthResponse>

export interface HealthService {
  readonly implementation: UntypedServiceImplementation
  /** NOT_SERVING from now on whatever readiness says; watchers are told, and their streams end: a drain would wait for them. */
  shutDown(): void
}

interface Watcher {
  /** Sends the status if it is not the last one sent. */
  readonly tell: () => void
  readonly stop: () => void
}

export function makeHealthService(readiness: Readiness): HealthService {
  const watchers = new Map<WatchCall, Watcher>()
  let down = false

  function current(service: string): HealthResponse {
    if (!SERVICES.has(service)) return { status: 'SERVICE_UNKNOWN' }
    return { status: !down && readiness.ready() ? 'SERVING' : 'NOT_SERVING' }
  }

  const check: handleUnaryCall<HealthRequest, HealthResponse> = (call, callback) => {
    if (SERVICES.has(call.request.service)) callback(null, current(call.request.service))
    else callback({ code: status.NOT_FOUND, details: 'unknown service' })
  }

  /** For an unknown service the stream stays open too: that is the protocol's rule for Watch. */
  function watch(call: WatchCall): void {
    const { service } = call.request
    let last: string | undefined
    const tell = (): void => {
      const now = current(service)
      if (now.status !== last) call.write(now)
      last = now.status
    }
    watchers.set(call, { tell, stop: readiness.onChange(tell) })
    call.on('cancelled', () => forget(call))
    tell()
    if (down) finish(call)
  }

  function forget(call: WatchCall): void {
    watchers.get(call)?.stop()
    watchers.delete(call)
  }

  function finish(call: WatchCall): void {
    forget(call)
    call.end()
  }

  function shutDown(): void {
    down = true
    for (const [call, { tell }] of watchers) {
      tell()
      finish(call)
    }
  }

  return { implementation: { Check: check, Watch: watch }, shutDown }
}
