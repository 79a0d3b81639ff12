/**
 * Writes the protobuf wire format from the end to the front: when a length has to be written, what it counts is already
 * there, so that nested messages need neither a second pass nor a copy. Fields therefore are put in reverse order. One buffer
 * is reused for all messages: a message is made in one go, without an await between.
 */

let scratch = Buffer.allocUnsafeSlow(16_384)
let at = scratch.length

/** Starts a message; what an unfinished one left behind is forgotten. */
export function beginMessage(): void {
  at = scratch.length
}

/** The finished message, in memory of its own. */
export function finishMessage(): Buffer {
  return Buffer.from(scratch.subarray(at))
}

/** A place to hand to `putLength` once all of an inner message's fields are put. */
export function here(): number {
  return scratch.length - at
}

/** Closes an inner message: everything put since `start` becomes field `field`. */
export function putLength(field: number, start: number): void {
  const length = here() - start
  putVarint(length)
  putVarint(field * 8 + LENGTH_DELIMITED)
}

/** A string field, as UTF-8. */
export function putText(field: number, text: string): void {
  const end = here()
  if (text.length > SHORT_LENGTH || !putAscii(text)) putUtf8(text)
  putVarint(here() - end)
  putVarint(field * 8 + LENGTH_DELIMITED)
}

/** Char by char: for a short text half the price of a call into native code. False, and nothing put, when it is not ASCII. */
function putAscii(text: string): boolean {
  reserve(text.length)
  const start = at - text.length
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char > 0x7f) return false
    scratch[start + i] = char
  }
  at = start
  return true
}

function putUtf8(text: string): void {
  const length = Buffer.byteLength(text)
  reserve(length)
  at -= length
  scratch.write(text, at, length, 'utf8')
}

/** An int32, enum or bool field; not negative. */
export function putNumber(field: number, value: number): void {
  putVarint(value)
  putVarint(field * 8 + VARINT)
}

function putVarint(value: number): void {
  reserve(MAX_VARINT_BYTES)
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  at -= length
  let rest = value
  for (let i = 0; i < length - 1; i++) {
    scratch[at + i] = (rest % 128) + 128
    rest = Math.floor(rest / 128)
  }
  scratch[at + length - 1] = rest
}

function reserve(length: number): void {
  if (at >= length) return
  const used = scratch.subarray(at)
  const grown = Buffer.allocUnsafeSlow(2 * (scratch.length + length))
  at = grown.length - used.length
  grown.set(used, at)
  scratch = grown
}

const VARINT = 0
const LENGTH_DELIMITED = 2
const MAX_VARINT_BYTES = 5
const SHORT_LENGTH = 64
