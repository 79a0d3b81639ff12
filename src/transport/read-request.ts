/**
 * CheckRequest bytes → RequestFacts. Reads in place and makes strings only of what a check needs; the field numbers are those
 * of proto/, and a property test holds this reader against proto-loader's. Text becomes a byte string (latin1, one char a
 * byte): no two values of a client turn into one, and bytes that are not ASCII never equal a configured name.
 */
import { type Refusal, refuse } from '../check/refusal.ts'
import { LIMITS, type RequestFacts } from '../check/request-facts.ts'
import { ok, type Result } from '../check/result.ts'
import { type HeaderEntry, type HeaderFacts, noHeaders, readHeader } from './read-header.ts'
import { eachField, latin1 } from './wire-reader.ts'

interface Draft {
  /** Nothing can be said about the request at all: without method, authority and path there is no route. */
  refusal: Refusal | undefined
  method: string
  authority: string
  path: string
  peerCertificate: string
  peerPrincipal: string
  sourceAddress: string
  routeName: string | undefined
  readonly headers: HeaderFacts
}

/**
 * Facts of one Check, every size bounded (LIMITS). Refused with `internal_error` when the bytes are no CheckRequest, with
 * `route_unknown` when method, authority or path is over its limit; any other oversized value becomes `fault`. Never throws;
 * what the message lacks is empty.
 */
export function readRequest(bytes: Buffer): Result<RequestFacts, Refusal> {
  const draft: Draft = {
    refusal: undefined,
    method: '',
    authority: '',
    path: '',
    peerCertificate: '',
    peerPrincipal: '',
    sourceAddress: '',
    routeName: undefined,
    headers: noHeaders(),
  }
  if (!eachField(bytes, 0, bytes.length, draft, visitCheckRequest)) {
    return refuse('internal_error', 'the Check is not a CheckRequest message')
  }
  if (draft.refusal !== undefined) return { ok: false, error: draft.refusal }
  const { headers } = draft
  return ok({
    fault: headers.fault,
    method: draft.method,
    authority: draft.authority,
    path: draft.path,
    authorization: headers.authorization,
    dpop: headers.dpop,
    forwardedClientCert: headers.forwardedClientCert,
    corsPreflight: draft.method === 'OPTIONS' && headers.hasOrigin && headers.hasRequestedMethod,
    holdfastHeaders: headers.holdfastHeaders,
    peerCertificate: draft.peerCertificate,
    peerPrincipal: draft.peerPrincipal,
    sourceAddress: draft.sourceAddress,
    routeName: draft.routeName,
    traceparent: headers.traceparents === 1 ? headers.traceparent : undefined,
    userAgent: headers.userAgent,
  })
}

function visitCheckRequest(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  return field !== 1 || eachField(bytes, from, to, draft, visitAttributes)
}

function visitAttributes(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  if (field === 1) return eachField(bytes, from, to, draft, visitSource)
  if (field === 4) return eachField(bytes, from, to, draft, visitRequest)
  if (field === 10) return readContextExtension(draft, bytes, from, to)
  return true
}

function visitSource(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  if (field === 1) return eachField(bytes, from, to, draft, visitAddress)
  if (field === 4) draft.peerPrincipal = bounded(draft, bytes, from, to, 'the peer principal is too long')
  else if (field === 5) draft.peerCertificate = bounded(draft, bytes, from, to, 'the peer certificate is too long')
  return true
}

function visitAddress(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  return field !== 1 || eachField(bytes, from, to, draft, visitSocketAddress)
}

function visitSocketAddress(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  if (field === 2 && to - from <= MAX_ADDRESS_BYTES) draft.sourceAddress = latin1(bytes, from, to)
  return true
}

function visitRequest(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  return field !== 2 || eachField(bytes, from, to, draft, visitHttp)
}

function visitHttp(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  switch (field) {
    case 2:
      draft.method = routing(draft, bytes, from, to, LIMITS.methodBytes, 'the method is too long')
      return true
    case 3:
      return readHeaderEntry(draft, bytes, from, to)
    case 4:
      draft.path = routing(draft, bytes, from, to, LIMITS.pathBytes, 'the path is too long')
      return true
    case 5:
      draft.authority = routing(draft, bytes, from, to, LIMITS.authorityBytes, 'the authority is too long')
      return true
    case 13:
      return eachField(bytes, from, to, draft, visitHeaderMap)
    default:
      return true
  }
}

function visitHeaderMap(draft: Draft, bytes: Buffer, field: number, from: number, to: number): boolean {
  return field !== 1 || readHeaderEntry(draft, bytes, from, to)
}

/** An entry of `headers` and a HeaderValue of `header_map` have the same shape: both kinds are taken, so repeats show. */
function readHeaderEntry(draft: Draft, bytes: Buffer, from: number, to: number): boolean {
  const entry = emptyEntry()
  if (!eachField(bytes, from, to, entry, visitEntry)) return false
  readHeader(draft.headers, bytes, entry)
  return true
}

function readContextExtension(draft: Draft, bytes: Buffer, from: number, to: number): boolean {
  const entry = emptyEntry()
  if (!eachField(bytes, from, to, entry, visitEntry)) return false
  if (latin1(bytes, entry.nameFrom, entry.nameTo) === 'holdfast_route') {
    draft.routeName = bytes.toString('utf8', entry.valueFrom, entry.valueTo)
  }
  return true
}

function visitEntry(entry: HeaderEntry, _bytes: Buffer, field: number, from: number, to: number): boolean {
  if (field === 1) {
    entry.nameFrom = from
    entry.nameTo = to
  } else if (field === 2) {
    entry.valueFrom = from
    entry.valueTo = to
  } else if (field === 3) {
    entry.rawFrom = from
    entry.rawTo = to
  }
  return true
}

function emptyEntry(): HeaderEntry {
  return { nameFrom: 0, nameTo: 0, valueFrom: 0, valueTo: 0, rawFrom: 0, rawTo: 0 }
}

function routing(draft: Draft, bytes: Buffer, from: number, to: number, maxBytes: number, detail: string): string {
  if (to - from <= maxBytes) return latin1(bytes, from, to)
  draft.refusal = { reason: 'route_unknown', detail }
  return ''
}

function bounded(draft: Draft, bytes: Buffer, from: number, to: number, detail: string): string {
  if (to - from <= LIMITS.peerCertificateBytes) return latin1(bytes, from, to)
  draft.headers.fault ??= { reason: 'peer_ambiguous', detail }
  return ''
}

/** The longest text of an IPv6 address with its zone is far shorter; Envoy writes it, so a longer one is left out. */
const MAX_ADDRESS_BYTES = 256
