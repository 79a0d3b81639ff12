/** A watched list of any length, with entries of all kinds; none of them names anything that the benchmark sends. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const HOUR_SECONDS = 3_600
const LINES_AT_ONCE = 5_000
const thumbprint = (): string => randomBytes(32).toString('base64url')

/** The i-th of each kind; the issuer is the one of the benchmark where the kind takes one. */
const NAMED: readonly (readonly [kind: string, value: (i: number) => string])[] = [
  ['token', () => randomBytes(32).toString('hex')],
  ['session', () => randomUUID()],
  ['subject', (i) => `system:serviceaccount:team-${i % 5_000}:runner-${i}`],
  ['client', (i) => `client-${i}`],
  ['key', thumbprint],
  ['certificate', thumbprint],
  ['workload', (i) => `spiffe://example.org/ns/team-${i % 5_000}/sa/service-${i}`],
  ['workload', (i) => `spiffe://example.org/ns/revoked-${i}/*`],
  ['trust-domain', (i) => `partner-${i}.example`],
  ['issuer', (i) => `https://as-${i}.example.net/realms/tenant`],
]

/** Writes `count` entries that end in an hour or later. */
export async function writeRevocations(path: string, count: number): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 })
  const at = timeIn(-60)
  file.write('{"version":1,"revocations":[')
  for (let from = 0; from < count; from += LINES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(LINES_AT_ONCE, count - from) }, (_, i) => lineOf(from + i, at))
    if (!file.write(`${from === 0 ? '' : ','}${lines.join(',')}`)) await once(file, 'drain')
  }
  file.end('\n]}\n')
  await once(file, 'close')
}

function lineOf(n: number, at: string): string {
  const [kind, value] = NAMED[n % NAMED.length] as (typeof NAMED)[number]
  const i = Math.floor(n / NAMED.length)
  const expires = timeIn(HOUR_SECONDS + (i % 100_000))
  return `\n${JSON.stringify({ id: `rv-${n}`, kind, value: value(i), issuedBefore: at, expires, at })}`
}

function timeIn(seconds: number): string {
  return `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`
}
