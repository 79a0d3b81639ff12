/**
 * The protobuf wire format, as far as a Check needs it: messages are walked in place and only length-delimited fields are
 * shown, since every field that we read is one. Nothing is copied or decoded here; whatever does not parse is refused, never
 * repaired. Groups (deprecated, never sent by Envoy) count as malformed.
 */

/** Sees one length-delimited field, `bytes[from..to)`. False stops the walk: the field is malformed. */
export type Visit<T> = (target: T, bytes: Buffer, field: number, from: number, to: number) => boolean

/** Shows every length-delimited field of the message `bytes[from..to)` to `visit`; false when the message is malformed. */
export function eachField<T>(bytes: Buffer, from: number, to: number, target: T, visit: Visit<T>): boolean {
  let at = from
  while (at < to) {
    const tagEnd = varintEnd(bytes, at, to)
    if (tagEnd === -1 || tagEnd - at > MAX_VARINT32_BYTES) return false
    const tag = varintValue(bytes, at, tagEnd)
    const field = Math.floor(tag / 8)
    if (field === 0) return false
    const wireType = tag % 8
    if (wireType === LENGTH_DELIMITED) {
      const start = varintEnd(bytes, tagEnd, to)
      if (start === -1 || start - tagEnd > MAX_VARINT32_BYTES) return false
      at = start + varintValue(bytes, tagEnd, start)
      if (at > to || !visit(target, bytes, field, start, at)) return false
    } else {
      at = skipped(bytes, wireType, tagEnd, to)
      if (at === -1) return false
    }
  }
  return true
}

/** A byte string: one char a byte, so that different bytes never give one text. */
export function latin1(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('latin1', from, to)
}

/** Index behind a value that we do not read; -1 when it does not end before `to`. */
function skipped(bytes: Buffer, wireType: number, at: number, to: number): number {
  if (wireType === VARINT) return varintEnd(bytes, at, to)
  const end = wireType === FIXED64 ? at + 8 : wireType === FIXED32 ? at + 4 : -1
  return end > to ? -1 : end
}

/** Index behind the varint that starts at `at`; -1 when it does not end before `to` or is longer than any varint. */
function varintEnd(bytes: Buffer, at: number, to: number): number {
  const limit = Math.min(to, at + MAX_VARINT64_BYTES)
  for (let i = at; i < limit; i++) {
    if ((bytes[i] as number) < 0x80) return i + 1
  }
  return -1
}

/** By arithmetic, not by shifts: five bytes may hold more than 31 bits, and a length must never turn negative. */
function varintValue(bytes: Buffer, from: number, end: number): number {
  let value = 0
  for (let i = end - 1; i >= from; i--) value = value * 128 + ((bytes[i] as number) & 0x7f)
  return value
}

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
const MAX_VARINT32_BYTES = 5
const MAX_VARINT64_BYTES = 10
