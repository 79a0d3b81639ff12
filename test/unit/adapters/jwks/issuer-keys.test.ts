import { describe, expect, it } from 'vitest'
import { KEY_TIMES } from '../../../../src/adapters/jwks/key-source.ts'
import type { KeyLookup } from '../../../../src/check/token/issuer-keys.ts'
import { jwksText } from '../../../support/jwks-server.ts'
import { makeKey } from '../../../support/jws.ts'
import { ALGORITHMS, FILE, ISSUER, makeJwksWorld, makeNetwork, URI_SOURCE } from './jwks-fixture.ts'

const OLD = makeKey()
const NEW = makeKey()
const OLD_SET = jwksText([{ kid: 'old', key: OLD }])
const BOTH_SET = jwksText([
  { kid: 'old', key: OLD },
  { kid: 'new', key: NEW },
])

async function startedWorld() {
  const network = makeNetwork()
  const world = makeJwksWorld([URI_SOURCE], { fetch: network.fetch })
  network.answer(OLD_SET)
  await world.keys.start()
  return { ...world, network }
}

function kids(lookup: KeyLookup): (string | undefined)[] | 'unavailable' {
  return lookup.kind === 'unavailable' ? 'unavailable' : lookup.keys.map((key) => key.kid)
}

describe('keys from a URL', () => {
  it('C14 a known kid is answered at once', async () => {
    const { keys, network } = await startedWorld()
    const answer = keys.find(ISSUER, 'old', 'ES256')
    expect(answer).not.toBeInstanceOf(Promise)
    expect(kids(await answer)).toEqual(['old'])
    expect(network.urls).toEqual(['https://as.example.com/jwks'])
  })

  it('C14 a new kid causes one fetch and is found by it', async () => {
    const { keys, network } = await startedWorld()
    const answer = keys.find(ISSUER, 'new', 'ES256')
    network.answer(BOTH_SET)
    expect(kids(await answer)).toEqual(['new'])
    expect(network.urls).toHaveLength(2)
  })

  it('C14 10,000 unknown kids cost one fetch in a cool-down, and leave no timer or wait behind', async () => {
    const { keys, network, timers, advance } = await startedWorld()
    const flood = (round: string) =>
      Array.from({ length: 10_000 }, (_, i) => Promise.resolve(keys.find(ISSUER, `${round}-${i}`, 'ES256')))
    const timersBefore = timers.length
    const first = flood('a')
    expect(timers.length).toBe(timersBefore)
    network.answer(OLD_SET)
    const answers = await Promise.all(first)
    expect(new Set(answers.map((answer) => `${kids(answer)}`))).toEqual(new Set(['']))
    await Promise.all(flood('b'))
    expect(network.urls).toHaveLength(2)
    expect(timers.length).toBe(timersBefore)

    advance(KEY_TIMES.coolDownMs - 1)
    await Promise.all(flood('c'))
    expect(network.urls).toHaveLength(2)
    advance(1)
    const last = flood('d')
    network.answer(OLD_SET)
    await Promise.all(last)
    expect(network.urls).toHaveLength(3)
  })

  it('C14 a known kid is not held up by a fetch under way', async () => {
    const { keys, network } = await startedWorld()
    const waiting = keys.find(ISSUER, 'new', 'ES256')
    expect(keys.find(ISSUER, 'old', 'ES256')).not.toBeInstanceOf(Promise)
    network.answer(BOTH_SET)
    await waiting
  })

  it('C14 a known kid with an algorithm that it does not fit causes no fetch', async () => {
    const { keys, network } = await startedWorld()
    expect(keys.find(ISSUER, 'old', 'PS256')).toEqual({ kind: 'keys', keys: [] })
    expect(network.urls).toHaveLength(1)
  })

  it('C14 a token without kid causes a fetch only when no key fits', async () => {
    const { keys, network } = await startedWorld()
    expect(kids(await keys.find(ISSUER, undefined, 'ES256'))).toEqual(['old'])
    expect(network.urls).toHaveLength(1)
    const asked = keys.find(ISSUER, undefined, 'PS256')
    network.answer(jwksText([{ kid: 'rsa', key: makeKey('PS256') }]))
    expect(kids(await asked)).toEqual(['rsa'])
  })

  it('C14 a request waits no longer than maxWaitMs, and later ones not at all', async () => {
    const { keys, network, timers, runTimers } = await startedWorld()
    const answer = keys.find(ISSUER, 'new', 'ES256')
    expect(timers.map((timer) => timer.delayMs)).toEqual([KEY_TIMES.maxWaitMs])
    runTimers(0)
    expect(kids(await answer)).toEqual([])
    expect(keys.find(ISSUER, 'new', 'ES256')).not.toBeInstanceOf(Promise)
    expect(network.urls).toHaveLength(2)
  })

  it('C14 is fetched again in time, give or take a tenth', async () => {
    const { network, timers, runTimers, nextOutcome } = await startedWorld()
    const [next] = timers
    expect(timers).toHaveLength(1)
    expect(next?.delayMs).toBeGreaterThanOrEqual(KEY_TIMES.refreshMs * 0.9)
    expect(next?.delayMs).toBeLessThanOrEqual(KEY_TIMES.refreshMs * 1.1)
    runTimers(KEY_TIMES.maxWaitMs + 1)
    network.answer(BOTH_SET)
    await nextOutcome()
    expect(network.urls).toHaveLength(2)
  })

  it('C14 down at the start: unavailable and not ready, then tried again with growing pauses', async () => {
    const network = makeNetwork()
    const { keys, outcomes, timers, runTimers } = makeJwksWorld([URI_SOURCE], { fetch: network.fetch })
    network.answer('', 500)
    await keys.start()
    const pauses: number[] = []
    for (let i = 0; i < 7; i++) {
      pauses.push(timers[0]?.delayMs ?? 0)
      network.answer('', 500)
      runTimers(KEY_TIMES.maxWaitMs + 1)
      await expect.poll(() => outcomes.length).toBe(i + 2)
      await expect.poll(() => timers.length).toBe(1)
    }
    for (const [i, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(seconds * 900)
      expect(pauses[i]).toBeLessThanOrEqual(seconds * 1100)
    }
    expect(keys.ready()).toEqual([{ issuer: ISSUER, ready: false, detail: 'the server answered with status 500' }])
  })

  it('C14 down at the start: the first good answer makes it ready', async () => {
    const network = makeNetwork()
    const { keys, outcomes, advance } = makeJwksWorld([URI_SOURCE], { fetch: network.fetch })
    network.answer('', 500)
    await keys.start()
    const asked = keys.find(ISSUER, 'old', 'ES256')
    network.answer('', 500)
    expect(kids(await asked)).toBe('unavailable')
    advance(KEY_TIMES.coolDownMs)
    network.answer(OLD_SET)
    expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
    expect(keys.ready()).toEqual([{ issuer: ISSUER, ready: true, detail: '1 keys' }])
    expect(outcomes).toEqual([`${ISSUER} failure`, `${ISSUER} failure`, `${ISSUER} success`])
  })

  it('C14 the last good set serves for its time and not longer; remembered keys go with it', async () => {
    const { keys, network, advance, nextOutcome, runTimers } = await startedWorld()
    const found = await keys.find(ISSUER, 'old', 'ES256')
    const key = found.kind === 'keys' ? found.keys[0] : undefined
    if (key === undefined) throw new Error('no key')
    runTimers(KEY_TIMES.maxWaitMs + 1)
    network.answer('', 500)
    await nextOutcome()
    advance(KEY_TIMES.maxStaleMs)
    expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
    expect(keys.ready()[0]).toMatchObject({ ready: true, detail: expect.stringContaining('status 500') })
    advance(1)
    const asked = keys.find(ISSUER, 'old', 'ES256')
    network.answer('', 500)
    expect(kids(await asked)).toBe('unavailable')
    expect(keys.isCurrent(key)).toBe(false)
    expect(keys.ready()[0]?.ready).toBe(false)
  })

  it('names a key that was left out once, not at each refresh', async () => {
    const network = makeNetwork()
    const world = makeJwksWorld([URI_SOURCE], { fetch: network.fetch })
    const withEncryptionKey = JSON.stringify({
      keys: [
        { ...OLD.jwk, kid: 'old' },
        { ...NEW.jwk, kid: 'e', use: 'enc' },
      ],
    })
    network.answer(withEncryptionKey)
    await world.keys.start()
    network.answer(withEncryptionKey)
    world.runTimers(KEY_TIMES.maxWaitMs + 1)
    await expect.poll(() => world.outcomes.length).toBe(2)
    expect(world.log.filter((line) => line.level === 'warn')).toEqual([
      { level: 'warn', fields: { issuer: ISSUER, kid: 'e', why: 'use is not sig' }, message: 'issuer key left out' },
    ])
  })

  it('C14 an answer without a usable key is a failure: logged once, tried again soon', async () => {
    const { keys, log, network, timers, runTimers, outcomes } = await startedWorld()
    for (const failures of [1, 2]) {
      network.answer('{"keys":[]}')
      runTimers(KEY_TIMES.maxWaitMs + 1)
      await expect.poll(() => outcomes.length).toBe(1 + failures)
      await expect.poll(() => timers.length).toBe(1)
      expect(timers[0]?.delayMs).toBeLessThanOrEqual(KEY_TIMES.retryMinMs * failures * 1.1)
    }
    expect(log.filter((line) => line.level === 'warn')).toEqual([
      {
        level: 'warn',
        fields: { issuer: ISSUER, why: 'no usable key' },
        message: 'issuer keys could not be refreshed',
      },
    ])
    expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
  })

  it('C7 an http URL is never fetched without its insecure setting', async () => {
    const network = makeNetwork()
    const source = { ...URI_SOURCE, url: 'http://as.example.com/jwks' }
    const { keys } = makeJwksWorld([source], { fetch: network.fetch })
    await keys.start()
    expect(network.urls).toEqual([])
    expect(keys.ready()[0]).toMatchObject({ ready: false, detail: 'the URL is not https' })
  })

  it('C7 data: and file: URLs are never fetched, not even with it', async () => {
    for (const url of [`data:application/json,${OLD_SET}`, 'file:///etc/jwks', 'jwks']) {
      const network = makeNetwork()
      const { keys } = makeJwksWorld([{ ...URI_SOURCE, url, insecureHttp: true }], { fetch: network.fetch })
      await keys.start()
      expect(network.urls).toEqual([])
      expect(keys.ready()[0]?.ready).toBe(false)
    }
  })

  it('stops: no timer is left, and no fetch begins', async () => {
    const { keys, network, timers } = await startedWorld()
    keys.stop()
    expect(timers).toEqual([])
    expect(kids(await keys.find(ISSUER, 'new', 'ES256'))).toEqual([])
    expect(network.urls).toHaveLength(1)
  })
})

describe('keys from a file', () => {
  const SOURCE = { issuer: ISSUER, algorithms: ALGORITHMS, kind: 'file', path: FILE } as const

  async function fileWorld() {
    const world = makeJwksWorld([SOURCE])
    const started = world.keys.start()
    world.writeFile(OLD_SET)
    await started
    return world
  }

  it('C14 a changed file is taken up, an unknown kid waits for nothing', async () => {
    const { keys, writeFile } = await fileWorld()
    expect(keys.find(ISSUER, 'new', 'ES256')).toEqual({ kind: 'keys', keys: [] })
    writeFile(BOTH_SET)
    expect(kids(await keys.find(ISSUER, 'new', 'ES256'))).toEqual(['new'])
  })

  it('C14 a good file stays good however old it is', async () => {
    const { keys, advance } = await fileWorld()
    advance(KEY_TIMES.maxStaleMs * 100)
    expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
  })

  for (const [title, content] of [
    ['cannot be read', undefined],
    ['is no JSON', '<html>'],
    ['has no usable key', '{"keys":[]}'],
  ] as const) {
    it(`C14 a file that ${title} leaves the last good set for its time, counted from the first failure`, async () => {
      const { keys, advance, writeFile } = await fileWorld()
      writeFile(content)
      advance(KEY_TIMES.maxStaleMs)
      writeFile(content)
      expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
      advance(1)
      expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toBe('unavailable')
      writeFile(OLD_SET)
      expect(kids(await keys.find(ISSUER, 'old', 'ES256'))).toEqual(['old'])
    })
  }

  it('stops: start ends, and no later change is taken', async () => {
    const { keys, writeFile } = makeJwksWorld([SOURCE])
    const started = keys.start()
    keys.stop()
    await started
    writeFile(OLD_SET)
    expect(keys.ready()[0]?.ready).toBe(false)
  })
})
