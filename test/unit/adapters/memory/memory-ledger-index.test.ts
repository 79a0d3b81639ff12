import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeMemoryLedger } from '../../../../src/adapters/memory/memory-ledger.ts'
import { MAX_RELATIONS, makeRelationIndex } from '../../../../src/adapters/memory/memory-ledger-index.ts'
import type { Relative } from '../../../../src/ledger/ledger-store.ts'
import { relativesOfIncident, relativesOfSession } from '../../../../src/ledger/relations.ts'
import { incident, LEDGER_NOW_MS, nameOf, senderTally, sessionRecord } from '../../../support/ledger-records.ts'

const address = (n: number): Relative => ({ relation: 'address', value: `10.0.${n >> 8}.${n & 255}` })

describe('the index of relations', () => {
  it('finds an entry by what was true before, up to a bound, and always by what is true now', () => {
    const index = makeRelationIndex()
    const key: Relative = { relation: 'key', value: 'k' }
    for (let n = 0; n < 200; n++) index.put('one', [key, address(n)])
    expect(index.find(key)).toEqual(['one'])
    expect(index.find(address(199))).toEqual(['one'])
    expect(index.find(address(199 - MAX_RELATIONS + 2))).toEqual(['one'])
    expect(index.find(address(199 - MAX_RELATIONS + 1))).toEqual([])
    expect(index.size()).toEqual({ indexed: 1, relations: MAX_RELATIONS })
  })

  it('holds nothing of what was removed', () => {
    const index = makeRelationIndex()
    index.put('one', [address(1), address(2)])
    index.put('two', [address(2)])
    index.remove('one')
    index.remove('none')
    expect(index.find(address(1))).toEqual([])
    expect(index.find(address(2))).toEqual(['two'])
    index.remove('two')
    expect(index.size()).toEqual({ indexed: 0, relations: 0 })
  })
})

type Step =
  | { readonly do: 'use'; readonly of: number; readonly from: number; readonly subject: number }
  | { readonly do: 'accuse'; readonly of: number; readonly number: number }
  | { readonly do: 'forget'; readonly subject: number }
  | { readonly do: 'wait'; readonly seconds: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('use' as const), of: fc.nat(40), from: fc.nat(60), subject: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('accuse' as const), of: fc.nat(40), number: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), subject: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(40) }) },
)

describe('the embedded ledger, whatever is done to it', () => {
  it('index and entries agree: each is found by all that it names, and nothing else is held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        let nowMs = LEDGER_NOW_MS
        const bounds = { retentionSeconds: 60, maxSessions: 20, maxIncidents: 15 }
        const ledger = makeMemoryLedger(bounds, () => nowMs)
        for (const one of steps) {
          nowMs += 10
          const subject = 'subject' in one ? `subject ${one.subject}` : undefined
          if (one.do === 'wait') nowMs += one.seconds * 1000
          else if (one.do === 'forget') await ledger.forgetSubject(subject ?? '')
          else if (one.do === 'accuse') {
            await ledger.saveIncidents([incident(one.number, { atMs: nowMs, session: nameOf(`session s${one.of}`) })])
          } else {
            const senders = [senderTally({ address: `10.0.0.${one.from}` }, nowMs)]
            const tokens = [{ token: nameOf(`token ${one.from}`), jti: undefined }]
            await ledger.saveSessions([sessionRecord(`s${one.of}`, { firstSeenMs: nowMs, senders, tokens, subject })])
          }
          const { sessions, incidents } = ledger.held()
          expect(sessions.count).toBeLessThanOrEqual(bounds.maxSessions)
          expect(incidents.count).toBeLessThanOrEqual(bounds.maxIncidents)
          expect([sessions.indexed, incidents.indexed]).toEqual([sessions.count, incidents.count])
        }
        const page = await ledger.page({ cursor: undefined, limit: 1_000, withinMs: 1_000, wanted: () => true })
        for (const record of page.ok ? page.value.sessions : []) {
          for (const relative of relativesOfSession(record)) {
            const reading = await ledger.sessionsBy(relative, 1_000)
            expect(reading.ok && reading.value.found).toContainEqual(record)
          }
        }
        const recent = await ledger.recentIncidents(1_000, undefined)
        for (const one of recent.ok ? recent.value.found : []) {
          for (const relative of relativesOfIncident(one)) {
            const reading = await ledger.incidentsBy(relative, 1_000)
            expect(reading.ok && reading.value.found).toContainEqual(one)
          }
        }
        // Everything goes: so does everything in the index.
        nowMs += 10 * bounds.retentionSeconds * 1000
        await ledger.saveSessions([])
        const nothing = { count: 0, indexed: 0, relations: 0 }
        expect(ledger.held()).toEqual({ sessions: nothing, incidents: nothing, keys: 0 })
      }),
      { numRuns: 30 },
    )
  })
})
