/** W3C Trace Context: the grammar of `traceparent`, and the one that Envoy sends with the call itself. */
import type { Metadata } from '@grpc/grpc-js'
import { LIMITS } from '../check/request-facts.ts'

const VERSION_00_BYTES = 55
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]*)?$/

/** Trace Context §3.2: a version other than 00 may append more after a dash. */
export function isTraceparent(text: string): boolean {
  if (text.length > LIMITS.traceparentBytes) return false
  if (text.startsWith('00-') && text.length !== VERSION_00_BYTES) return false
  return TRACEPARENT.test(text)
}

/** Of the gRPC call: the span under which Envoy asks, where it traces. It knows more than what its client sent. */
export function traceparentOf(metadata: Metadata): string | undefined {
  const [value, ...more] = metadata.get('traceparent')
  return typeof value === 'string' && more.length === 0 && isTraceparent(value) ? value : undefined
}
