/**
 * What a million revocations of all kinds cost: to load, in memory, and a look-up against one in an empty list. Prints JSON;
 * time is CPU time of the thread, since other processes would show in any other; look-ups are medians in microseconds.
 */
import { createHash, randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type {
  Revocation,
  RevocationKind,
  RevocationList,
  RevocationQuery,
} from '../../src/check/revocation/revocation.ts'
import { buildRevocationIndex } from '../../src/check/revocation/revocation-index.ts'

const ENTRIES = 1_000_000
const NOW = 1_800_000_000
const QUERIES = 20_000
const ROUNDS = 15
const MIB = 1_048_576
const ISSUERS = ['https://as.example.com', 'https://login.example.net', 'https://idp.example.org']

setFlagsFromString('--expose-gc')
const gc: () => void = runInNewContext('gc')

function cpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')
const thumbprint = (text: string): string => createHash('sha256').update(text).digest('base64url')
const workload = (i: number): string => `spiffe://example.org/ns/team-${i % 5000}/sa/service-${i}`
const issuerOf = (i: number): string => ISSUERS[i % ISSUERS.length] as string

/** What is named by the number, and for whom: the i-th of each kind. */
const NAMED: readonly (readonly [RevocationKind, (i: number) => string, boolean])[] = [
  ['token', (i) => hex(`token-${i}`), false],
  ['token', (i) => `${hex(`jti-${i}`).slice(0, 8)}-17e1-4977-8f42-${hex(`jti-${i}`).slice(0, 12)}`, true],
  ['session', (i) => `${hex(`sid-${i}`).slice(0, 8)}-17e1-4977-8f42-${hex(`sid-${i}`).slice(0, 12)}`, false],
  ['subject', (i) => `system:serviceaccount:team-${i % 5000}:runner-${i}`, true],
  ['client', (i) => `client-${i}`, true],
  ['key', (i) => thumbprint(`key-${i}`), false],
  ['certificate', (i) => thumbprint(`certificate-${i}`), false],
  ['workload', workload, false],
  ['workload', (i) => `spiffe://example.org/ns/revoked-${i}/*`, false],
  ['trust-domain', (i) => `partner-${i}.example`, false],
  ['issuer', (i) => `https://as-${i}.example.net/realms/tenant`, false],
]

/** As a parser makes it, in one piece. */
function fresh(text: string): string {
  return JSON.parse(JSON.stringify(text))
}

function* revocations(count: number): Generator<Revocation> {
  for (let n = 0; n < count; n++) {
    const [kind, name, narrowed] = NAMED[n % NAMED.length] as (typeof NAMED)[number]
    const i = Math.floor(n / NAMED.length)
    yield {
      id: fresh(randomUUID()),
      kind,
      value: name(i),
      issuer: narrowed ? issuerOf(i) : undefined,
      issuedBeforeSeconds: NOW - (i % 1000),
      expiresAtSeconds: n % 4 === 0 ? undefined : NOW + 3600 + (i % 100_000),
      why: undefined,
      by: undefined,
      atSeconds: NOW,
    }
  }
}

/** Shows all that can be shown; nothing of it is named when `i` is beyond the list. Each text is fresh, as in a request. */
function query(i: number): RevocationQuery {
  const values = NAMED.map(([, name]) => name(i))
  const of = (at: number): string => fresh(values[at] as string)
  return {
    tokenSha256: of(0),
    tokenId: of(1),
    issuer: issuerOf(i),
    sessionId: of(2),
    subject: of(3),
    client: of(4),
    keyThumbprint: of(5),
    certificateThumbprints: [of(6), thumbprint(`bound-${i}`)],
    certificateIssuerSerial: undefined,
    certificateNotBeforeSeconds: NOW - 5000,
    workloads: [of(7), `spiffe://partner.example/ns/shop/sa/orders-${i}`],
    issuedAtSeconds: NOW - 5000,
  }
}

/** Only its last kind is named: everything before it is looked up in vain. */
const atLast = (i: number): RevocationQuery => ({
  ...query(ENTRIES + i),
  issuer: `https://as-${i}.example.net/realms/tenant`,
})

function medianMicroseconds(list: RevocationList, queries: readonly RevocationQuery[], expected: string): number {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = cpuMicroseconds()
    for (const one of queries) if (list.find(one, NOW).kind !== expected) throw new Error(`not ${expected}`)
    times.push((cpuMicroseconds() - start) / queries.length)
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number
}

function usedBytes(): { heap: number; outside: number } {
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, outside: arrayBuffers }
}

/** The longest that one call keeps the event loop, in milliseconds; garbage collection counts, and the clock may tick in fours. */
function longestMs<T>(items: Iterable<T>, call: (item: T) => void): number {
  let longest = 0
  for (const item of items) {
    const start = cpuMicroseconds()
    call(item)
    longest = Math.max(longest, (cpuMicroseconds() - start) / 1000)
  }
  return longest
}

const missing = Array.from({ length: QUERIES }, (_, i) => query(ENTRIES + i))
const named = Array.from({ length: QUERIES }, (_, i) => query(i))
const namedAtLast = Array.from({ length: QUERIES }, (_, i) => atLast(i))
const emptyMicroseconds = medianMicroseconds(buildRevocationIndex([], NOW), missing, 'clear')

const before = usedBytes()
let entries = [...revocations(ENTRIES)]
const started = cpuMicroseconds()
const index = buildRevocationIndex(entries, NOW)
const loadSeconds = (cpuMicroseconds() - started) / 1_000_000
// The list itself is let go, as after a file was read: what stays is the index.
entries = []
const after = usedBytes()

const missMicroseconds = medianMicroseconds(index, missing, 'clear')
const hitMicroseconds = medianMicroseconds(index, named, 'revoked')
const lateHitMicroseconds = medianMicroseconds(index, namedAtLast, 'revoked')

const ids: string[] = []
const pushed = revocations(ENTRIES)
const grown = buildRevocationIndex([], NOW)
const longestAddMs = longestMs(pushed, (entry) => {
  ids.push(entry.id)
  grown.add(entry, NOW)
})
const longestRemoveMs = longestMs(ids, (id) => grown.remove(id))
const longAfter = NOW + 1_000_000
const whileEnding = Array.from({ length: ENTRIES / 2 }, (_, i) => missing[i % QUERIES] as RevocationQuery)
const longestFindWhileEndingMs = longestMs(whileEnding, (one) => index.find(one, longAfter))
const left = [...index.counts.values()].reduce((sum, count) => sum + count, 0)

const heapMib = (after.heap - before.heap) / MIB
const outsideHeapMib = (after.outside - before.outside) / MIB
const report = {
  entries: ENTRIES,
  loadSeconds,
  memoryMib: heapMib + outsideHeapMib,
  heapMib,
  outsideHeapMib,
  findMicroseconds: {
    emptyList: emptyMicroseconds,
    miss: missMicroseconds,
    hitAtFirst: hitMicroseconds,
    hitAtLast: lateHitMicroseconds,
  },
  longestMs: { add: longestAddMs, remove: longestRemoveMs, findWhileEntriesEnd: longestFindWhileEndingMs },
  leftAfterTheirEnd: left,
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
