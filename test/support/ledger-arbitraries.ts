/** Records of one session and incidents as anything may be, within their bounds, for property tests. */
import fc from 'fast-check'
import { REASON_NAMES } from '../../src/check/reasons.ts'
import { INCIDENT_CLASSES, type Incident } from '../../src/ledger/incident.ts'
import { BINDINGS } from '../../src/ledger/merge.ts'
import type { SenderTally } from '../../src/ledger/sender.ts'
import {
  MAX_AUDIENCE,
  MAX_INCIDENTS,
  MAX_ROUTES,
  MAX_SENDERS,
  MAX_TOKENS,
  type SessionRecord,
} from '../../src/ledger/session-record.ts'
import { nameOf } from './ledger-records.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').map(nameOf)
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
/** Few values, so that equal ones are common. */
const time = fc.integer({ min: 0, max: 60 }).map((second) => 1_800_000_000_000 + second * 500)
const count = fc.integer({ min: 1, max: 5 })

function tally(names: number): fc.Arbitrary<SenderTally> {
  return fc
    .record({
      peer: maybe(fc.integer({ min: 0, max: names }).map((n) => `spiffe://example.org/${n}`)),
      certificate: maybe(name),
      address: fc.integer({ min: 0, max: names }).map((n) => (n === 0 ? '' : `10.0.0.${n}`)),
      count,
      times: fc.tuple(time, time),
      agent: maybe(fc.constantFrom('agent-1', 'agent-2')),
    })
    .map(({ times, ...rest }) => ({ ...rest, firstMs: Math.min(...times), lastMs: Math.max(...times) }))
}

const senderId = ({ peer, certificate, address }: SenderTally): string => JSON.stringify([peer, certificate, address])

interface Room {
  /** How many different senders and routes there are. */
  readonly names: number
  readonly lists: {
    readonly senders: number
    readonly routes: number
    readonly tokens: number
    readonly incidents: number
  }
}

export const FULL: Room = {
  names: 20,
  lists: { senders: MAX_SENDERS, routes: MAX_ROUTES, tokens: MAX_TOKENS, incidents: MAX_INCIDENTS },
}
/** Three of them fit into one record. */
export const ROOMY: Room = { names: 1, lists: { senders: 2, routes: 2, tokens: 1, incidents: 2 } }

/** Of one session; `uses` is what its lists say. */
export function anyRecord({ names, lists }: Room): fc.Arbitrary<SessionRecord> {
  return fc
    .record({
      handle: fc.record({ kind: fc.constantFrom('session', 'token'), sealed: name }),
      issuer: text,
      subject: maybe(text),
      client: maybe(text),
      holder: maybe(text),
      audience: fc.array(text, { maxLength: MAX_AUDIENCE }),
      held: fc.subarray([...BINDINGS]),
      keyThumbprint: maybe(name),
      certificateThumbprint: maybe(name),
      issuedAtSeconds: maybe(fc.integer({ min: 0, max: 3_000_000_000 })),
      expiresAtSeconds: fc.integer({ min: 0, max: 3_000_000_000 }),
      tokens: fc.uniqueArray(fc.record({ token: name, jti: maybe(name) }), {
        selector: ({ token }) => token,
        maxLength: lists.tokens,
      }),
      seen: fc.tuple(time, time),
      lastAllowedMs: maybe(time),
      firstSeen: fc.constantFrom('created_here', 'late', 'other_peer', 'unknown'),
      senders: fc.uniqueArray(tally(names), { selector: senderId, maxLength: lists.senders }),
      sendersOmitted: fc.nat(3),
      routes: fc.uniqueArray(
        fc.record({ route: fc.integer({ min: 0, max: names }).map((n) => `route-${n}`), count, lastMs: time }),
        { selector: ({ route }) => route, maxLength: lists.routes },
      ),
      routesOmitted: fc.nat(3),
      verdicts: fc.dictionary(fc.constantFrom('ok', ...REASON_NAMES), count, { noNullPrototype: true, maxKeys: 5 }),
      nonceHeadMs: maybe(time),
      revoked: maybe(fc.record({ id: name, kind: fc.constantFrom('key', 'subject'), atMs: time })),
      incidents: fc.uniqueArray(name, { maxLength: lists.incidents }),
      more: fc.nat(3),
    })
    .map(({ seen, more, incidents, senders, ...rest }) => ({
      ...rest,
      id: nameOf('the session'),
      firstSeenMs: Math.min(...seen),
      lastSeenMs: Math.max(...seen),
      senders,
      uses: senders.reduce((sum, sender) => sum + sender.count, 0) + rest.sendersOmitted,
      incidents,
      incidentCount: incidents.length + more,
    })) as fc.Arbitrary<SessionRecord>
}

const sender = fc.record({ peer: maybe(text), certificate: maybe(name), address: text })
const named = fc.record({ id: text, kind: text })

export const anyIncident: fc.Arbitrary<Incident> = fc.record({
  id: text,
  class: fc.constantFrom(...INCIDENT_CLASSES),
  confidence: fc.constantFrom('proven', 'suspected'),
  by: text,
  atMs: time,
  lastMs: time,
  count,
  outcome: fc.constantFrom('denied', 'let_pass', 'allowed'),
  reason: maybe(fc.constantFrom(...REASON_NAMES)),
  decisionId: maybe(text),
  route: maybe(text),
  session: maybe(name),
  token: maybe(name),
  issuer: maybe(text),
  subject: maybe(text),
  client: maybe(text),
  holder: maybe(text),
  key: maybe(name),
  foreignKey: maybe(name),
  sender,
  counterpart: maybe(
    fc.record({
      role: fc.constantFrom('first user', 'holder', 'sender before', 'other sender'),
      sender: maybe(sender),
      hash: maybe(text),
      atMs: maybe(time),
    }),
  ),
  revocation: maybe(named),
  contained: maybe(named),
})
