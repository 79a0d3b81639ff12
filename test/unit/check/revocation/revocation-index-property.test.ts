/** The index against a list that is simply walked, over sequences of changes, clocks and requests. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Revocation, RevocationKind, RevocationQuery } from '../../../../src/check/revocation/revocation.ts'
import { buildRevocationIndex, makeRevocationIndex } from '../../../../src/check/revocation/revocation-index.ts'

const KINDS_OF_AN_ISSUER: readonly RevocationKind[] = ['token', 'session', 'subject', 'client']
const CERTIFICATE_KINDS: readonly RevocationKind[] = ['certificate', 'workload', 'trust-domain']

/** As the documents say it, one entry at a time: design §3 step 9. */
function hits(entry: Revocation, query: RevocationQuery, now: number): boolean {
  if (entry.expiresAtSeconds !== undefined && entry.expiresAtSeconds <= now) return false
  if (entry.issuer !== undefined && entry.issuer !== query.issuer) return false
  const tokenOld = query.issuedAtSeconds === undefined || query.issuedAtSeconds <= entry.issuedBeforeSeconds
  const notBefore = query.certificateNotBeforeSeconds
  const certificateOld = notBefore !== undefined && notBefore <= entry.issuedBeforeSeconds
  if (entry.kind === 'certificate' && !(certificateOld || notBefore === undefined)) return false
  if (entry.kind !== 'certificate' && CERTIFICATE_KINDS.includes(entry.kind) && !(tokenOld || certificateOld))
    return false
  if (!CERTIFICATE_KINDS.includes(entry.kind) && !tokenOld) return false
  return names(entry, query)
}

function names({ kind, value, issuer }: Revocation, query: RevocationQuery): boolean {
  switch (kind) {
    case 'token':
      return value === query.tokenSha256 || (issuer !== undefined && value === query.tokenId)
    case 'session':
      return value === query.sessionId
    case 'subject':
      return value === query.subject
    case 'client':
      return value === query.client
    case 'key':
      return value === query.keyThumbprint
    case 'certificate':
      return query.certificateThumbprints.includes(value) || query.certificateIssuerSerial === value
    case 'workload':
      return query.workloads.some((id) => id === value || (value.endsWith('/*') && id.startsWith(value.slice(0, -1))))
    case 'trust-domain':
      return query.workloads.some((id) => id === `spiffe://${value}` || id.startsWith(`spiffe://${value}/`))
    case 'issuer':
      return value === query.issuer
  }
}

const NAMES = ['a', 'b', 'ab', 'é', '日本', '😀a', 'x'.repeat(70)]
const ISSUERS = ['https://a', 'https://b', 'https://ab']
const IDS = ['a', 'a/b', 'a/b/c', 'a/bc', 'b', 'b/a/b'].map((path) => `spiffe://${path}`)
const PREFIXES = ['a/*', 'a/b/*', 'a/b/c/*', 'b/*', 'b/a/*'].map((path) => `spiffe://${path}`)

const name = fc.constantFrom(...NAMES)
const issuer = fc.constantFrom(...ISSUERS)
const seconds = fc.integer({ min: 1000, max: 1012 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const valueFor = (kind: RevocationKind): fc.Arbitrary<string> => {
  if (kind === 'workload') return fc.constantFrom(...IDS, ...PREFIXES)
  if (kind === 'trust-domain') return fc.constantFrom('a', 'b', 'ab')
  return kind === 'issuer' ? issuer : name
}

const entries: fc.Arbitrary<Revocation> = fc
  .constantFrom<RevocationKind>(...KINDS_OF_AN_ISSUER, ...CERTIFICATE_KINDS, 'key', 'issuer')
  .chain((kind) =>
    fc.record({
      id: fc.constantFrom(...Array.from({ length: 40 }, (_, i) => `rv-${i}`)),
      kind: fc.constant(kind),
      value: valueFor(kind),
      issuer: KINDS_OF_AN_ISSUER.includes(kind) ? maybe(issuer) : fc.constant(undefined),
      issuedBeforeSeconds: seconds,
      expiresAtSeconds: maybe(fc.oneof(seconds, fc.constant(1500))),
      why: fc.constant(undefined),
      by: fc.constant(undefined),
      atSeconds: fc.constant(1000),
    }),
  )

const queries: fc.Arbitrary<RevocationQuery> = fc.record({
  tokenSha256: name,
  tokenId: maybe(name),
  issuer,
  sessionId: maybe(name),
  subject: maybe(name),
  client: maybe(name),
  keyThumbprint: maybe(name),
  certificateThumbprints: fc.array(name, { maxLength: 2 }),
  certificateIssuerSerial: maybe(name),
  certificateNotBeforeSeconds: maybe(seconds),
  workloads: fc.array(fc.constantFrom(...IDS), { maxLength: 2 }),
  issuedAtSeconds: maybe(seconds),
})

type Step =
  | { readonly add: Revocation }
  | { readonly remove: string }
  | { readonly find: RevocationQuery; readonly times: number }
  | { readonly wait: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: entries }) },
  { weight: 2, arbitrary: fc.record({ remove: entries.map(({ id }) => id) }) },
  { weight: 4, arbitrary: fc.record({ find: queries, times: fc.constantFrom(1, 30) }) },
  { weight: 1, arbitrary: fc.record({ wait: fc.constantFrom(1, 3, 700) }) },
)

describe('the revocation index against a list that is walked', () => {
  it('E finds an entry that applies when there is one, whatever was added, taken back or has ended', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 120 }), fc.constantFrom(0, 1, 17, 40_000), (sequence, expected) => {
        const index = makeRevocationIndex(expected)
        let list: Revocation[] = []
        let now = 1000
        for (const step of sequence) {
          if ('wait' in step) now += step.wait
          else if ('add' in step) {
            index.add(step.add, now)
            list.push(step.add)
          } else if ('remove' in step) {
            const removed = list.some(({ id }) => id === step.remove)
            if (!removed) expect(index.has(step.remove)).toBe(false)
            index.remove(step.remove)
            expect(index.has(step.remove)).toBe(false)
            list = list.filter(({ id }) => id !== step.remove)
          } else {
            const applying = list.filter((entry) => hits(entry, step.find, now))
            for (let i = 0; i < step.times; i++) {
              const outcome = index.find(step.find, now)
              expect(outcome.kind).toBe(applying.length === 0 ? 'clear' : 'revoked')
              if (outcome.kind !== 'revoked') continue
              const { id, kind } = outcome.revocation
              expect(applying.some((entry) => entry.id === id && entry.kind === kind)).toBe(true)
            }
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('E a list built whole is the list built entry by entry', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 80 }), queries, seconds, (all, query, now) => {
        const expected = all.some((entry) => hits(entry, query, now))
        expect(buildRevocationIndex(all, 1000).find(query, now).kind).toBe(expected ? 'revoked' : 'clear')
      }),
      { numRuns: 300 },
    )
  })
})
