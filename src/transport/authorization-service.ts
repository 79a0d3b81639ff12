/**
 * The Check call: bytes in, one decision, bytes out. Here stands everything that must hold whatever the decision does: the
 * bound on checks in flight, the deadline, the single catch, and that exactly one answer leaves. Each failure is answered as a
 * denial: a gRPC error or a missing answer is what Envoy's `failure_mode_allow` opens (D-E8).
 */
import type { handleUnaryCall, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import type { EnvoyAnswer } from '../check/answer.ts'
import type { Refusal } from '../check/refusal.ts'
import type { RequestFacts } from '../check/request-facts.ts'
import { ok, type Result } from '../check/result.ts'
import { knowsClientSecret } from './client-secret.ts'
import { readRequest } from './read-request.ts'
import { traceparentOf } from './trace-context.ts'
import { UNAVAILABLE_ANSWER, writeResponse } from './write-response.ts'

export interface CheckHandlerOptions {
  /**
   * The decision; a refusal in place of facts when the Check could not be read. Bounded in time and never rejecting by
   * contract, but guarded here. The answer comes as a thunk, called once at most and only when it is what Envoy gets, so
   * that a decision which came too late is not counted.
   */
  readonly decide: (facts: RequestFacts | Refusal) => Promise<() => EnvoyAnswer>
  /** Answer above `maxConcurrentChecks`; as all below it may count and log. */
  readonly shed: () => EnvoyAnswer
  /** Answer when the deadline passed; the facts, where they were read, tell whether the route only observes. */
  readonly late: (facts?: RequestFacts) => EnvoyAnswer
  /** Answer to a caller without the client secret. */
  readonly unauthenticated: () => EnvoyAnswer
  /** Answer when `decide` failed. The error may hold anything: redact before logging. */
  readonly failed: (error: unknown, facts?: RequestFacts) => EnvoyAnswer
  /** Read on each Check, so that a changed secret file holds at once; undefined: none is demanded. */
  readonly clientSecret: () => string | undefined
  /** Decisions that may be under way at once, answered late ones included until they settle. */
  readonly maxConcurrentChecks: number
  /** Milliseconds from the arrival of the Check; the caller's own deadline may shorten it. */
  readonly deadlineMs: number
  /** The span of the call goes before the one that the request carries. */
  readonly traced: boolean
}

type MakeAnswer = () => EnvoyAnswer
type Send = (make: MakeAnswer) => void

export interface CheckHandler {
  readonly check: handleUnaryCall<Buffer, Buffer>
  /** Decisions under way. */
  inFlight(): number
}

/** Left of the caller's deadline for the way back: an answer in the last moment would be an expiry there. */
const RETURN_MS = 10

export function makeCheckHandler(options: CheckHandlerOptions): CheckHandler {
  let inFlight = 0

  function check(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void {
    const send = onceOnly(call, callback)
    try {
      const limitMs = Math.min(options.deadlineMs, remainingMs(call) - RETURN_MS)
      const turnedAway = turnAway(call, limitMs)
      if (turnedAway === undefined) void run(read(call), limitMs, send)
      else send(turnedAway)
    } catch (error) {
      send(() => options.failed(error))
    }
  }

  function read(call: ServerUnaryCall<Buffer, Buffer>): Result<RequestFacts, Refusal> {
    const facts = readRequest(call.request)
    const traceparent = options.traced ? traceparentOf(call.metadata) : undefined
    return facts.ok && traceparent !== undefined ? ok({ ...facts.value, traceparent }) : facts
  }

  /** What can be said before anything of the request is read. */
  function turnAway(call: ServerUnaryCall<Buffer, Buffer>, limitMs: number): MakeAnswer | undefined {
    if (!knowsClientSecret(call.metadata, options.clientSecret())) return options.unauthenticated
    if (inFlight >= options.maxConcurrentChecks) return options.shed
    return limitMs <= 0 ? () => options.late() : undefined
  }

  async function run(read: Result<RequestFacts, Refusal>, limitMs: number, send: Send): Promise<void> {
    const startedMs = performance.now()
    const facts = read.ok ? read.value : undefined
    const late = (): EnvoyAnswer => options.late(facts)
    const timer = setTimeout(() => send(late), limitMs)
    inFlight++
    const make = await decided(read.ok ? read.value : read.error, facts)
    inFlight--
    clearTimeout(timer)
    // While the event loop is held up the timer cannot fire: an allow that comes after the deadline is dropped here.
    send(performance.now() - startedMs > limitMs ? late : make)
  }

  /** Never rejects: whatever is thrown, at once or later, becomes an answer. */
  async function decided(read: RequestFacts | Refusal, facts: RequestFacts | undefined): Promise<MakeAnswer> {
    try {
      return await options.decide(read)
    } catch (error) {
      return () => options.failed(error, facts)
    }
  }

  /**
   * The one place that answers. grpc-js lets a second callback of the same turn win (envoy-facts), so only the first gets
   * through; after a cancelled call nothing is written.
   */
  function onceOnly(call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): Send {
    let answered = false
    return (make) => {
      if (answered) return
      answered = true
      if (call.cancelled) return
      const bytes = bytesOf(make)
      try {
        callback(null, bytes)
      } catch {
        // The stream broke under the answer: nobody is there to be told, and a throw from here would end the process.
      }
    }
  }

  /** An answer that cannot be made or written is a fault of ours, told as such; if that fails too, the constant denial. */
  function bytesOf(make: MakeAnswer): Buffer {
    try {
      return written(make())
    } catch (error) {
      try {
        return written(options.failed(error))
      } catch {
        return UNAVAILABLE_ANSWER
      }
    }
  }

  return { check, inFlight: () => inFlight }
}

/** Throws for what writeResponse would only replace, so that it is told. */
function written(answer: EnvoyAnswer): Buffer {
  const bytes = writeResponse(answer)
  if (bytes === UNAVAILABLE_ANSWER) throw new Error('the answer to Envoy is not consistent')
  return bytes
}

/** Milliseconds that the caller still waits; Infinity when it set no deadline. */
function remainingMs(call: ServerUnaryCall<Buffer, Buffer>): number {
  const deadline = call.getDeadline()
  return (typeof deadline === 'number' ? deadline : deadline.getTime()) - Date.now()
}
