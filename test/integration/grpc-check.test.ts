import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { EnvoyAnswer } from '../../src/check/answer.ts'
import type { Refusal } from '../../src/check/refusal.ts'
import type { RequestFacts } from '../../src/check/request-facts.ts'
import type { CheckHandlerOptions } from '../../src/transport/authorization-service.ts'
import { CLIENT_SECRET_KEY } from '../../src/transport/client-secret.ts'
import {
  type CheckClient,
  type CheckResponse,
  encodeCheckRequest,
  isAllow,
  makeCheckClient,
} from '../support/envoy-messages.ts'
import { ALLOW, denial, startWorld, type World } from '../support/grpc-world.ts'

const REQUEST = encodeCheckRequest({ attributes: { request: { http: { method: 'GET', path: '/', host: 'a' } } } })

let world: World
let client: CheckClient

async function start(options: Partial<CheckHandlerOptions> = {}): Promise<void> {
  world = await startWorld(options)
  client = makeCheckClient(world.server.address)
}

afterEach(async () => {
  client.close()
  await world.server.drain(0)
})

/** HTTP status of a denial, and who made it. */
function saidBy(response: CheckResponse): [number | undefined, string | undefined] {
  expect(isAllow(response)).toBe(false)
  return [response.denied_response?.status?.code, response.dynamic_metadata?.fields['from']?.stringValue]
}

describe('Check over a real gRPC connection', () => {
  it('D-E5 allows, and hands the facts to the decision', async () => {
    const seen: (RequestFacts | Refusal)[] = []
    await start({
      decide: async (facts) => {
        seen.push(facts)
        return () => ALLOW
      },
    })
    const response = await client.check(REQUEST)
    expect(isAllow(response)).toBe(true)
    expect(response.ok_response?.headers?.[0]?.header).toEqual({ key: 'x-holdfast-decision', value: 'd1' })
    expect(seen).toMatchObject([{ method: 'GET', path: '/', authority: 'a' }])
  })

  it('D-E4 denies', async () => {
    await start({ decide: async () => () => denial(401, 'decision') })
    expect(saidBy(await client.check(REQUEST))).toEqual([401, 'decision'])
  })

  it.each([
    ['garbage', Buffer.from([0xff, 0xfe, 0xfd])],
    ['a message cut off', REQUEST.subarray(0, REQUEST.length - 1)],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('D-E8 hands a refusal to the decision for %s: never a gRPC error', async (_, bytes) => {
    await start({ decide: async (facts) => () => denial(503, 'reason' in facts ? facts.reason : 'facts') })
    expect(saidBy(await client.check(bytes))).toEqual([503, 'internal_error'])
  })

  it('D-E8 an empty message is a Check without facts', async () => {
    await start({ decide: async (facts) => () => denial(403, 'method' in facts ? `[${facts.method}]` : 'refusal') })
    expect(saidBy(await client.check(Buffer.alloc(0)))).toEqual([403, '[]'])
  })

  it('takes headers of 8 MiB, as Envoy may be told to', async () => {
    let fault: string | undefined
    await start({
      decide: async (facts) => {
        fault = 'fault' in facts ? facts.fault?.reason : 'refused'
        return () => denial(400, 'decision')
      },
    })
    const header = { key: 'authorization', raw_value: Buffer.alloc(8 * 1024 * 1024, 'a') }
    const bytes = encodeCheckRequest({ attributes: { request: { http: { header_map: { headers: [header] } } } } })
    expect(saidBy(await client.check(bytes))).toEqual([400, 'decision'])
    expect(fault).toBe('credentials_malformed')
  })
})

describe('D-E8 Check: a decision that fails is a denial', () => {
  const error = new Error('boom')

  it.each([
    [
      'throws at once',
      () => {
        throw error
      },
    ],
    ['rejects', () => Promise.reject(error)],
    [
      'rejects later',
      async () => {
        await nextTurn()
        throw error
      },
    ],
    [
      'gives an answer that throws',
      async () => () => {
        throw error
      },
    ],
  ] as [string, CheckHandlerOptions['decide']][])('that %s', async (_, decide) => {
    await start({ decide })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'failed'])
    expect(world.failures).toEqual([error])
    expect(world.handler.inFlight()).toBe(0)
  })

  it.each([
    ['nothing', undefined],
    ['an empty answer', {}],
    ['an allow that metadata calls a denial', { ...ALLOW, metadata: { verdict: 'deny' } }],
    ['a denial without status', { ...denial(401, 'x'), status: 0 }],
  ])('that gives %s', async (_, answer) => {
    await start({ decide: async () => () => answer as EnvoyAnswer })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'failed'])
    expect(world.failures).toHaveLength(1)
  })

  it('even where the answer to the failure fails: the constant denial', async () => {
    await start({
      decide: () => Promise.reject(error),
      failed: () => {
        throw error
      },
    })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, undefined])
  })

  it('when the client secret cannot be told', async () => {
    await start({
      clientSecret: () => {
        throw error
      },
    })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'failed'])
  })
})

describe('D-E3 Check: the deadline', () => {
  it('answers late when nothing is ever decided, in time', async () => {
    await start({ decide: () => new Promise(() => undefined), deadlineMs: 50 })
    const startedMs = performance.now()
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'late'])
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })

  it('hands the facts to the late answer, so that a route that observes can pass', async () => {
    await start({
      decide: () => new Promise(() => undefined),
      late: (facts) => denial(503, facts?.authority ?? 'no facts'),
      deadlineMs: 50,
    })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'a'])
  })

  it('drops an allow that comes after it, and never makes that answer', async () => {
    const settle = Promise.withResolvers<() => EnvoyAnswer>()
    let made = 0
    await start({ decide: () => settle.promise, deadlineMs: 50 })
    const response = await client.check(REQUEST)
    settle.resolve(() => {
      made++
      return ALLOW
    })
    await nextTurn()
    expect(saidBy(response)).toEqual([503, 'late'])
    expect([made, world.handler.inFlight()]).toEqual([0, 0])
  })

  it('drops an allow that held up the event loop past it', async () => {
    await start({
      decide: async () => {
        const untilMs = performance.now() + 80
        while (performance.now() < untilMs);
        return () => ALLOW
      },
      deadlineMs: 40,
    })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'late'])
  })
})

describe('Check: the bound on what is in flight', () => {
  it('sheds above it, and takes the next once one is decided', async () => {
    const settle = Promise.withResolvers<() => EnvoyAnswer>()
    await start({ decide: () => settle.promise, maxConcurrentChecks: 2 })
    const held = [client.check(REQUEST), client.check(REQUEST)]
    await expect.poll(() => world.handler.inFlight()).toBe(2)
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'shed'])
    settle.resolve(() => ALLOW)
    expect((await Promise.all(held)).map(isAllow)).toEqual([true, true])
    expect(isAllow(await client.check(REQUEST))).toBe(true)
  })

  it('counts a decision that was answered late until it is done', async () => {
    await start({ decide: () => new Promise(() => undefined), maxConcurrentChecks: 1, deadlineMs: 20 })
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'late'])
    expect(saidBy(await client.check(REQUEST))).toEqual([503, 'shed'])
  })
})

describe('Check: server.clientSecret', () => {
  it('takes the right secret, and follows a changed one', async () => {
    let secret = 'one'
    await start({ clientSecret: () => secret })
    expect(isAllow(await client.check(REQUEST, { metadata: { [CLIENT_SECRET_KEY]: 'one' } }))).toBe(true)
    secret = 'two'
    const response = await client.check(REQUEST, { metadata: { [CLIENT_SECRET_KEY]: 'one' } })
    expect(saidBy(response)).toEqual([403, 'unauthenticated'])
  })

  it.each([{}, { [CLIENT_SECRET_KEY]: 'wrong' }])('refuses %j before the request is read', async (metadata) => {
    let asked = 0
    await start({
      clientSecret: () => 'right',
      decide: async () => {
        asked++
        return () => ALLOW
      },
    })
    expect(saidBy(await client.check(REQUEST, { metadata }))).toEqual([403, 'unauthenticated'])
    expect(asked).toBe(0)
  })
})

describe('Check: a cancelled call', () => {
  it('gets no answer, and its decision is not told', async () => {
    const settle = Promise.withResolvers<() => EnvoyAnswer>()
    const decisions = [settle.promise]
    let made = 0
    await start({ decide: () => decisions.pop() ?? Promise.resolve(() => ALLOW) })
    const call = client.client.makeUnaryRequest(
      '/envoy.service.auth.v3.Authorization/Check',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      REQUEST,
      () => undefined,
    )
    await expect.poll(() => world.handler.inFlight()).toBe(1)
    call.cancel()
    // Frames of one connection keep their order: once this is answered, the server has seen the cancellation.
    expect(isAllow(await client.check(REQUEST))).toBe(true)
    settle.resolve(() => {
      made++
      return ALLOW
    })
    await expect.poll(() => world.handler.inFlight()).toBe(0)
    expect(made).toBe(0)
  })
})
