import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeCheckHandler } from '../../../src/transport/authorization-service.ts'
import { UNAVAILABLE_ANSWER } from '../../../src/transport/write-response.ts'
import { denial } from '../../support/grpc-world.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

interface Asked {
  /** When the answer left, in ms from the arrival; undefined: not yet. */
  answeredAtMs: number | undefined
  answers: number
}

/** One Check that is never decided, with this deadline of the caller. */
function ask(deadline: number | Date, callbackThrows = false): Asked {
  const asked: Asked = { answeredAtMs: undefined, answers: 0 }
  const arrivedMs = Date.now()
  const call = {
    request: Buffer.alloc(0),
    metadata: new Metadata(),
    cancelled: false,
    getDeadline: () => deadline,
  } as unknown as ServerUnaryCall<Buffer, Buffer>
  const { check } = makeCheckHandler({
    decide: () => new Promise(() => undefined),
    shed: () => denial(503, 'shed'),
    late: () => denial(503, 'late'),
    unauthenticated: () => denial(403, 'unauthenticated'),
    failed: () => denial(503, 'failed'),
    clientSecret: () => undefined,
    maxConcurrentChecks: 1,
    traced: false,
    deadlineMs: 150,
  })
  check(call, (error, bytes) => {
    expect([error, bytes === undefined || bytes === UNAVAILABLE_ANSWER]).toEqual([null, false])
    asked.answers++
    asked.answeredAtMs = Date.now() - arrivedMs
    if (callbackThrows) throw new Error('the stream is gone')
  })
  return asked
}

describe('D-E3 the deadline of a Check', () => {
  it.each([
    ['our own where the caller waits longer', 250, 150],
    ['our own where the caller sets none', Number.POSITIVE_INFINITY, 150],
    ['ten ms before that of the caller where it is shorter', 100, 90],
  ])('is %s', async (_, callerMs, expectedMs) => {
    const asked = ask(Date.now() + callerMs)
    await vi.advanceTimersByTimeAsync(expectedMs - 1)
    expect(asked.answeredAtMs).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked).toEqual({ answeredAtMs: expectedMs, answers: 1 })
  })

  it('takes a deadline that comes as a Date', async () => {
    const asked = ask(new Date(Date.now() + 100))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked.answeredAtMs).toBe(90)
  })

  it.each([10, 0, -1_000])('has passed at once when the caller waits %d ms more', (callerMs) => {
    expect(ask(Date.now() + callerMs)).toEqual({ answeredAtMs: 0, answers: 1 })
  })

  it('survives a stream that breaks under the answer', async () => {
    const asked = ask(Date.now() + 100, true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked.answers).toBe(1)
    expect(ask(Date.now(), true).answers).toBe(1)
  })
})
