/** Judgements that no server on loopback brings about: other hosts, old versions, numbers. */
import { describe, expect, it } from 'vitest'
import type { SeenServer, StoreFacts } from '../../../src/doctor/facts.ts'
import type { Finding } from '../../../src/doctor/finding.ts'
import { judgeServer } from '../../../src/doctor/judge-server.ts'
import { judgeMemory, judgePersistence, judgeQuorum } from '../../../src/doctor/judge-server-state.ts'
import { judgeEmbedded, judgeStore } from '../../../src/doctor/judge-store.ts'

const STORE: StoreFacts = {
  kind: 'single',
  tls: false,
  username: 'holdfast',
  withPassword: true,
  remote: [],
  prefix: 'holdfast:',
  commandTimeoutMs: 20,
  deadlineMs: 150,
  clockAllowanceMs: 5_000,
  aclLines: ['ACL SETUSER holdfast on', 'ACL SETUSER holdfast more'],
}
const INFO = {
  version: 'Redis 7.0.15',
  role: 'master',
  evictionPolicy: 'noeviction',
  unfit: new Map(),
  usedBytes: 1,
  maxBytes: 100,
  replicas: 0,
  countedReplicas: undefined,
  appendOnly: false,
}
const SERVER: SeenServer = {
  kind: 'seen',
  address: 'a:1',
  certificate: undefined,
  info: INFO,
  clock: { differenceMs: 3, uncertaintyMs: 0.2, verdict: 'agree' },
  roundTripsMs: Array.from({ length: 50 }, () => 1),
  snapshots: true,
  trial: { forbidden: [], complete: true, writesRefused: undefined },
  epoch: { madeMs: undefined, wrongKeys: [] },
}
const LOCATED = { guides: [], unservedParts: 0, parts: 1 }

const statusOf = (findings: readonly Finding[], id: string) => findings.find((finding) => finding.id === id)?.status
const ofServer = (id: string, server: Partial<SeenServer>, store: Partial<StoreFacts> = {}) =>
  statusOf(judgeServer({ ...SERVER, ...server }, { ...STORE, ...store }, 0), id)
const ofStore = (id: string, store: Partial<StoreFacts>) => statusOf(judgeStore({ ...STORE, ...store }, LOCATED), id)

describe('the way to the store', () => {
  it('a plain connection is for this host only', () => {
    expect(ofStore('store-tls', { remote: ['redis.example.com'] })).toBe('warning')
    expect(ofStore('store-tls', { remote: ['redis.example.com'], tls: true })).toBe('ok')
    expect(ofStore('store-tls', {})).toBe('ok')
  })

  it('without a password only on this host', () => {
    expect(ofServer('store-login', {}, { withPassword: false, remote: ['redis'] })).toBe('warning')
    expect(ofServer('store-login', {}, { withPassword: false })).toBe('ok')
    expect(ofServer('store-login', {}, { remote: ['redis'] })).toBe('ok')
  })

  it('the timeout of a command below the deadline of a check', () => {
    expect(ofStore('store-timeout', { commandTimeoutMs: 150 })).toBe('warning')
    expect(ofStore('store-timeout', { commandTimeoutMs: 149 })).toBe('ok')
  })

  it('the embedded store is sound by itself', () => expect(judgeEmbedded().status).toBe('ok'))
})

describe('a server', () => {
  const roundTrips = (slow: number, slowMs: number) => ({
    roundTripsMs: Array.from({ length: 50 }, (_, i) => (i < slow ? slowMs : 1)),
  })

  it.each([
    ['all quick', 0, 0, 'ok'],
    ['one at half of the timeout', 1, 10, 'ok'],
    ['one above half of it', 1, 10.1, 'warning'],
    ['a few above it', 20, 25, 'warning'],
    ['most above it', 26, 25, 'failed'],
  ] as const)('latency, %s: %s', (_, slow, slowMs, status) => {
    expect(ofServer('store-latency', roundTrips(slow, slowMs))).toBe(status)
  })

  it('no round trip at all is unknown', () => expect(ofServer('store-latency', { roundTripsMs: [] })).toBe('unknown'))

  it.each(['version', 'identity', 'role', 'eviction'] as const)('unfit by its %s', (what) => {
    const unfit = new Map([[what, 'constant words']])
    expect(ofServer(`store-${what}`, { info: { ...INFO, unfit } })).toBe('failed')
    expect(ofServer(`store-${what}`, {})).toBe('ok')
  })

  it('clocks that cannot be compared are a failure, as the server treats them', () => {
    const clock = { differenceMs: 0, uncertaintyMs: 4_000 }
    expect(ofServer('store-clock', { clock: { ...clock, verdict: 'unclear' } })).toBe('failed')
    expect(ofServer('store-clock', { clock: { ...clock, verdict: 'differ' } })).toBe('failed')
    expect(ofServer('store-clock', { clock: undefined })).toBe('unknown')
  })

  it('its certificate is judged where it showed one', () => {
    expect(ofServer('store-certificate', {})).toBeUndefined()
    const certificate = { name: 'c', notBeforeMs: -2, notAfterMs: -1 }
    expect(ofServer('store-certificate', { certificate })).toBe('failed')
  })
})

describe('what it says of itself', () => {
  it('memory: warning above 80 %, and without a bound', () => {
    expect(judgeMemory({ ...INFO, usedBytes: 80 }).status).toBe('ok')
    expect(judgeMemory({ ...INFO, usedBytes: 81 }).status).toBe('warning')
    expect(judgeMemory({ ...INFO, maxBytes: 0 }).status).toBe('warning')
  })

  it('replicas without a quorum: warning', () => {
    expect(judgeQuorum({ ...INFO, replicas: 1 }).status).toBe('warning')
    expect(judgeQuorum({ ...INFO, replicas: 1, countedReplicas: 1 }).status).toBe('ok')
    expect(judgeQuorum(INFO).status).toBe('ok')
    expect(judgeQuorum({ ...INFO, replicas: 1, role: 'slave' }).status).toBe('ok')
  })

  it('persistence is never a failure', () => {
    expect(judgePersistence({ ...INFO, appendOnly: true }, undefined, 'g').status).toBe('ok')
    expect([true, false].map((saves) => judgePersistence(INFO, saves, 'g').status)).toEqual(['ok', 'ok'])
    expect(judgePersistence(INFO, undefined, 'grant')).toMatchObject({ status: 'unknown', mend: 'grant' })
  })
})
