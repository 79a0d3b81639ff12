import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HEALTH_CHECK, HEALTH_WATCH } from '../support/envoy-messages.ts'
import { NOT_READY, READY, startWorld, type World } from '../support/grpc-world.ts'

const SERVING = 1
const NOT_SERVING = 2
const SERVICE_UNKNOWN = 3
const SERVICES = ['', 'envoy.service.auth.v3.Authorization']

let world: World
let client: Client

beforeEach(async () => {
  world = await startWorld()
  client = new Client(world.server.address, credentials.createInsecure())
})

afterEach(async () => {
  client.close()
  await world.server.drain(0)
})

function check(service: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      HEALTH_CHECK.path,
      HEALTH_CHECK.requestSerialize,
      HEALTH_CHECK.responseDeserialize,
      { service },
      (error: ServiceError | null, response?: object) =>
        error === null ? resolve((response as { status: number }).status) : reject(error),
    )
  })
}

function watch(service: string): { seen: number[]; ended: Promise<void>; cancel(): void } {
  const call = client.makeServerStreamRequest(
    HEALTH_WATCH.path,
    HEALTH_WATCH.requestSerialize,
    HEALTH_WATCH.responseDeserialize,
    { service },
  )
  const seen: number[] = []
  call.on('data', (response: { status: number }) => seen.push(response.status))
  call.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => call.on('end', resolve))
  return { seen, ended, cancel: () => call.cancel() }
}

describe('grpc.health.v1 Check', () => {
  it.each(SERVICES)('follows readiness for %j', async (service) => {
    expect(await check(service)).toBe(SERVING)
    world.readiness.set('test', NOT_READY)
    expect(await check(service)).toBe(NOT_SERVING)
    world.readiness.set('test', READY)
    expect(await check(service)).toBe(SERVING)
  })

  it('knows no other service', async () => {
    await expect(check('payments')).rejects.toMatchObject({ code: status.NOT_FOUND })
  })
})

describe('grpc.health.v1 Watch', () => {
  it.each(SERVICES)('tells each change once for %j', async (service) => {
    const { seen, cancel } = watch(service)
    await expect.poll(() => seen).toEqual([SERVING])
    world.readiness.set('test', { ready: true, detail: 'another word' })
    world.readiness.set('test', NOT_READY)
    await expect.poll(() => seen).toEqual([SERVING, NOT_SERVING])
    world.readiness.set('test', READY)
    await expect.poll(() => seen).toEqual([SERVING, NOT_SERVING, SERVING])
    cancel()
  })

  it('says SERVICE_UNKNOWN and stays, for another service', async () => {
    const { seen, cancel } = watch('payments')
    await expect.poll(() => seen).toEqual([SERVICE_UNKNOWN])
    world.readiness.set('test', NOT_READY)
    expect(await check('')).toBe(NOT_SERVING)
    expect(seen).toEqual([SERVICE_UNKNOWN])
    cancel()
  })

  it('turns to NOT_SERVING on a drain although readiness stays, and the stream ends', async () => {
    const { seen, ended } = watch('')
    await expect.poll(() => seen).toEqual([SERVING])
    const drained = world.server.drain(1)
    await ended
    expect(seen).toEqual([SERVING, NOT_SERVING])
    expect(await check('')).toBe(NOT_SERVING)
    await drained
  })

  it('ends at once when it begins during a drain', async () => {
    const drained = world.server.drain(1)
    const { seen, ended } = watch('')
    await ended
    expect(seen).toEqual([NOT_SERVING])
    await drained
  })

  it('goes on after a watcher went away', async () => {
    const { seen, cancel } = watch('')
    await expect.poll(() => seen).toEqual([SERVING])
    cancel()
    world.readiness.set('test', NOT_READY)
    expect(await check('')).toBe(NOT_SERVING)
  })
})
