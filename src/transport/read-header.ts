/**
 * One header field of a Check: kept when a check needs it, bounded before it is made a string, skipped without a copy
 * otherwise. Names are compared in lower case (RFC 9110 §5.1).
 */
import type { Refusal } from '../check/refusal.ts'
import { LIMITS } from '../check/request-facts.ts'
import { isTraceparent } from './trace-context.ts'
import { latin1 } from './wire-reader.ts'

/** Where a header's parts lie in the message. Envoy fills `value`, or `raw` with `encode_raw_headers`; empty is [0, 0). */
export interface HeaderEntry {
  nameFrom: number
  nameTo: number
  valueFrom: number
  valueTo: number
  rawFrom: number
  rawTo: number
}

export interface HeaderFacts {
  /** The first value that was over its limit. */
  fault: Refusal | undefined
  readonly authorization: string[]
  readonly dpop: string[]
  readonly forwardedClientCert: string[]
  readonly holdfastHeaders: string[]
  hasOrigin: boolean
  hasRequestedMethod: boolean
  traceparents: number
  traceparent: string | undefined
  userAgent: string
}

export function noHeaders(): HeaderFacts {
  return {
    fault: undefined,
    authorization: [],
    dpop: [],
    forwardedClientCert: [],
    holdfastHeaders: [],
    hasOrigin: false,
    hasRequestedMethod: false,
    traceparents: 0,
    traceparent: undefined,
    userAgent: '',
  }
}

/** Takes what a check needs of one field into `facts`. */
export function readHeader(facts: HeaderFacts, bytes: Buffer, entry: HeaderEntry): void {
  const { nameFrom, nameTo } = entry
  if (nameTo - nameFrom >= PREFIX.length && isName(bytes, nameFrom, PREFIX)) {
    facts.holdfastHeaders.push(latin1(bytes, nameFrom, nameTo).toLowerCase())
    return
  }
  switch (nameTo - nameFrom) {
    case 4:
      if (isName(bytes, nameFrom, 'dpop')) take(facts, facts.dpop, bytes, entry, PROOF)
      break
    case 6:
      if (isName(bytes, nameFrom, 'origin')) facts.hasOrigin = true
      break
    case 10:
      if (isName(bytes, nameFrom, 'user-agent')) readUserAgent(facts, bytes, entry)
      break
    case 11:
      if (isName(bytes, nameFrom, 'traceparent')) readTraceparent(facts, bytes, entry)
      break
    case 13:
      if (isName(bytes, nameFrom, 'authorization')) take(facts, facts.authorization, bytes, entry, AUTHORIZATION)
      break
    case 23:
      if (isName(bytes, nameFrom, 'x-forwarded-client-cert')) {
        take(facts, facts.forwardedClientCert, bytes, entry, FORWARDED)
      }
      break
    case 29:
      if (isName(bytes, nameFrom, 'access-control-request-method')) facts.hasRequestedMethod = true
  }
}

/** Compared in place: most headers are none of ours, and a string of each name would cost more than the rest. */
function isName(bytes: Buffer, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[from + i] as number
    const lower = byte >= UPPER_A && byte <= UPPER_Z ? byte + 0x20 : byte
    if (lower !== name.charCodeAt(i)) return false
  }
  return true
}

interface Bound {
  readonly maxBytes: number
  readonly fault: Refusal
}

const AUTHORIZATION: Bound = {
  maxBytes: LIMITS.authorizationBytes,
  fault: { reason: 'credentials_malformed', detail: 'the Authorization header is too long' },
}
const PROOF: Bound = {
  maxBytes: LIMITS.proofBytes,
  fault: { reason: 'proof_malformed', detail: 'the DPoP header is too long' },
}
const FORWARDED: Bound = {
  maxBytes: LIMITS.forwardedClientCertBytes,
  fault: { reason: 'peer_ambiguous', detail: 'the x-forwarded-client-cert header is too long' },
}

/** A field with `value` and `raw` both set is two values: which one the upstream would take is not for us to guess. */
function take(facts: HeaderFacts, values: string[], bytes: Buffer, entry: HeaderEntry, bound: Bound): void {
  const hasRaw = entry.rawTo > entry.rawFrom
  if (hasRaw) takeRange(facts, values, bytes, entry.rawFrom, entry.rawTo, bound)
  if (!hasRaw || entry.valueTo > entry.valueFrom) {
    takeRange(facts, values, bytes, entry.valueFrom, entry.valueTo, bound)
  }
}

function takeRange(facts: HeaderFacts, values: string[], bytes: Buffer, from: number, to: number, bound: Bound): void {
  if (to - from > bound.maxBytes) facts.fault ??= bound.fault
  else values.push(latin1(bytes, from, to))
}

/** A repeated field counts as none. */
function readTraceparent(facts: HeaderFacts, bytes: Buffer, entry: HeaderEntry): void {
  facts.traceparents++
  const raw = entry.rawTo > entry.rawFrom
  const from = raw ? entry.rawFrom : entry.valueFrom
  const to = raw ? entry.rawTo : entry.valueTo
  if (to - from > LIMITS.traceparentBytes) return
  const text = latin1(bytes, from, to)
  if (isTraceparent(text)) facts.traceparent = text
}

/** Of a repeated field the first counts. A long one is cut, not refused: nothing is decided by it. */
function readUserAgent(facts: HeaderFacts, bytes: Buffer, entry: HeaderEntry): void {
  if (facts.userAgent !== '') return
  const raw = entry.rawTo > entry.rawFrom
  const from = raw ? entry.rawFrom : entry.valueFrom
  const to = raw ? entry.rawTo : entry.valueTo
  facts.userAgent = latin1(bytes, from, Math.min(to, from + LIMITS.userAgentBytes))
}

const PREFIX = 'x-holdfast-'
const UPPER_A = 0x41
const UPPER_Z = 0x5a
