/**
 * A session's record as text, dense because there may be millions: a byte string (codec/packed-writer.ts), its format's number
 * in front. Kept as latin1 octets it is as long as it is said to be; kept as UTF-8 it is right as well, and longer.
 * Times stand relative to the first use, counts and texts as they are. The id is not in it: it is the key it stands under.
 */
import { REASON_NAMES, type Reason } from '../check/reasons.ts'
import { makePackedReader, type PackedReader } from './codec/packed-reader.ts'
import { makePackedWriter, type PackedWriter } from './codec/packed-writer.ts'
import { BINDINGS } from './merge.ts'
import type { SenderTally } from './sender.ts'
import {
  type FirstSeen,
  MAX_AUDIENCE,
  MAX_INCIDENTS,
  MAX_ROUTES,
  MAX_SENDERS,
  MAX_TOKENS,
  type RevokedAt,
  type RouteTally,
  type SealedHandle,
  type SessionRecord,
} from './session-record.ts'

const FORMAT = 1
const HANDLE_KINDS: readonly SealedHandle['kind'][] = ['session', 'token']
const FIRST_SEEN: readonly FirstSeen[] = ['created_here', 'late', 'other_peer', 'unknown']
const REASONS: ReadonlySet<string> = new Set(REASON_NAMES)
const MOST = Number.MAX_SAFE_INTEGER

/** Numbers are rounded to whole ones; lists are taken to be within their bounds (merge.ts). */
export function encodeSession(record: SessionRecord): string {
  const to = makePackedWriter()
  const { firstSeenMs, lastSeenMs } = record
  const firstSeconds = Math.floor(firstSeenMs / 1000)
  to.number(FORMAT)
  to.number(HANDLE_KINDS.indexOf(record.handle.kind))
  to.text(record.handle.sealed)
  to.text(record.issuer)
  to.text(record.subject)
  to.text(record.client)
  to.text(record.holder)
  to.list(record.audience, to.text)
  to.list(
    BINDINGS.filter((binding) => record.held.includes(binding)),
    (binding) => to.number(BINDINGS.indexOf(binding)),
  )
  to.text(record.keyThumbprint)
  to.text(record.certificateThumbprint)
  to.number(firstSeenMs)
  to.number(lastSeenMs - firstSeenMs)
  optional(to, record.lastAllowedMs, (ms) => to.number(lastSeenMs - ms))
  optional(to, record.issuedAtSeconds, (seconds) => to.number(firstSeconds - seconds))
  to.number(record.expiresAtSeconds - firstSeconds)
  to.list(record.tokens, ({ token, jti }) => {
    to.text(token)
    to.text(jti)
  })
  to.number(FIRST_SEEN.indexOf(record.firstSeen))
  to.number(record.uses)
  to.list(record.senders, (tally) => writeSender(to, tally, record))
  to.number(record.sendersOmitted)
  to.list(record.routes, ({ route, count, lastMs }) => {
    to.text(route)
    to.number(count)
    to.number(lastSeenMs - lastMs)
  })
  to.number(record.routesOmitted)
  const { ok = 0, ...refused } = record.verdicts
  to.number(ok)
  to.list(Object.entries(refused), ([reason, count]) => {
    to.text(reason)
    to.number(count)
  })
  optional(to, record.nonceHeadMs, (ms) => to.number(lastSeenMs - ms))
  optional(to, record.revoked, ({ id, kind, atMs }) => {
    to.text(id)
    to.text(kind)
    to.number(atMs - firstSeenMs)
  })
  to.list(record.incidents, to.text)
  to.number(record.incidentCount)
  return to.done()
}

/** Undefined for whatever `encodeSession` would not have written. */
export function decodeSession(id: string, text: string): SessionRecord | undefined {
  const from = makePackedReader(text)
  if (from.number() !== FORMAT) return undefined
  const handle = { kind: oneOf(from, HANDLE_KINDS, 'token'), sealed: from.requiredText() }
  const identity = {
    issuer: from.requiredText(),
    subject: from.text(),
    client: from.text(),
    holder: from.text(),
    audience: from.list(MAX_AUDIENCE, from.requiredText),
    held: from.list(BINDINGS.length, () => oneOf(from, BINDINGS, 'dpop')),
    keyThumbprint: from.text(),
    certificateThumbprint: from.text(),
  }
  const firstSeenMs = from.upTo(MOST)
  const lastSeenMs = firstSeenMs + from.upTo(MOST)
  const firstSeconds = Math.floor(firstSeenMs / 1000)
  const beforeLast = (): number => lastSeenMs - from.number()
  const record: SessionRecord = {
    id,
    handle,
    ...identity,
    firstSeenMs,
    lastSeenMs,
    lastAllowedMs: present(from, beforeLast),
    issuedAtSeconds: present(from, () => firstSeconds - from.number()),
    expiresAtSeconds: firstSeconds + from.number(),
    tokens: from.list(MAX_TOKENS, () => ({ token: from.requiredText(), jti: from.text() })),
    firstSeen: oneOf(from, FIRST_SEEN, 'unknown'),
    uses: from.upTo(MOST),
    senders: from.list(MAX_SENDERS, () => readSender(from, firstSeenMs, lastSeenMs)),
    sendersOmitted: from.upTo(MOST),
    routes: from.list(
      MAX_ROUTES,
      (): RouteTally => ({ route: from.requiredText(), count: from.upTo(MOST), lastMs: beforeLast() }),
    ),
    routesOmitted: from.upTo(MOST),
    verdicts: readVerdicts(from),
    nonceHeadMs: present(from, beforeLast),
    revoked: present(from, (): RevokedAt => {
      return { id: from.requiredText(), kind: from.requiredText(), atMs: firstSeenMs + from.number() }
    }),
    incidents: from.list(MAX_INCIDENTS, from.requiredText),
    incidentCount: from.upTo(MOST),
  }
  return from.complete() ? record : undefined
}

function writeSender(to: PackedWriter, tally: SenderTally, { firstSeenMs, lastSeenMs }: SessionRecord): void {
  to.text(tally.peer)
  to.text(tally.certificate)
  to.text(tally.address)
  to.number(tally.count)
  to.number(tally.firstMs - firstSeenMs)
  to.number(lastSeenMs - tally.lastMs)
  to.text(tally.agent)
}

function readSender(from: PackedReader, firstSeenMs: number, lastSeenMs: number): SenderTally {
  return {
    peer: from.text(),
    certificate: from.text(),
    address: from.requiredText(),
    count: from.upTo(MOST),
    firstMs: firstSeenMs + from.number(),
    lastMs: lastSeenMs - from.number(),
    agent: from.text(),
  }
}

function readVerdicts(from: PackedReader): SessionRecord['verdicts'] {
  const ok = from.upTo(MOST)
  const verdicts: Partial<Record<Reason | 'ok', number>> = ok === 0 ? {} : { ok }
  from.list(REASONS.size, () => {
    const reason = from.requiredText()
    if (isReason(reason)) verdicts[reason] = from.upTo(MOST)
    else from.fail()
  })
  return verdicts
}

function isReason(text: string): text is Reason {
  return REASONS.has(text)
}

function optional<T>(to: PackedWriter, value: T | undefined, write: (value: T) => void): void {
  to.list(value === undefined ? [] : [value], write)
}

function present<T>(from: PackedReader, read: () => T): T | undefined {
  return from.list(1, read)[0]
}

function oneOf<T>(from: PackedReader, values: readonly T[], otherwise: T): T {
  return values[from.upTo(values.length - 1)] ?? otherwise
}
