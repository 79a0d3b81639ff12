/**
 * Writes whole numbers and texts densely: numbers in groups of seven bits, thumbprints as their octets, and a text that stood
 * before as its place. The result is a byte string: one character (U+0000 to U+00FF) an octet.
 */
import {
  ABSENT,
  BASE64URL,
  isBase64Url,
  KINDS,
  octetsOfBase64Url,
  REFERENCE,
  SHORTENED,
  shorten,
  UTF8,
} from './packed-text.ts'

export interface PackedWriter {
  /** Signed; what is no safe whole number is rounded and cut to one. */
  number(value: number): void
  text(value: string | undefined): void
  list<T>(items: readonly T[], write: (item: T) => void): void
  done(): string
}

/** A usual record; the buffer doubles when it does not fit. */
const INITIAL_OCTETS = 512
/** Of a number up to 2^53. */
const NUMBER_OCTETS = 8

export function makePackedWriter(): PackedWriter {
  const places = new Map<string, number>()
  let octets = Buffer.allocUnsafe(INITIAL_OCTETS)
  let at = 0

  function makeRoom(needed: number): void {
    if (at + needed <= octets.length) return
    const larger = Buffer.allocUnsafe(2 * (octets.length + needed))
    octets.copy(larger, 0, 0, at)
    octets = larger
  }

  function unsigned(value: number): void {
    makeRoom(NUMBER_OCTETS)
    let rest = value
    while (rest >= 0x80) {
      octets[at++] = (rest % 0x80) + 0x80
      rest = Math.floor(rest / 0x80)
    }
    octets[at++] = rest
  }

  function newText(kind: number, length: number, value: string): void {
    unsigned(length * KINDS + kind)
    makeRoom(length)
    at += octets.write(value, at, kind === BASE64URL ? 'base64url' : 'utf8')
  }

  return {
    number(value) {
      const whole = safe(value)
      // Zigzag: small numbers of either sign are short.
      unsigned(whole < 0 ? -whole * 2 - 1 : whole * 2)
    },
    text(value) {
      if (value === undefined) return unsigned(ABSENT)
      const place = places.get(value)
      if (place !== undefined) return unsigned(place * KINDS + REFERENCE)
      places.set(value, places.size)
      if (isBase64Url(value)) return newText(BASE64URL, octetsOfBase64Url(value.length), value)
      const short = shorten(value)
      if (short === undefined) newText(UTF8, Buffer.byteLength(value, 'utf8'), value)
      else newText(SHORTENED, Buffer.byteLength(short, 'utf8'), short)
    },
    list(items, write) {
      unsigned(items.length)
      for (const item of items) write(item)
    },
    done: () => octets.toString('latin1', 0, at),
  }
}

/** Half the safe range, so that a sign fits in. */
const GREATEST = (Number.MAX_SAFE_INTEGER - 1) / 2

function safe(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(GREATEST, Math.max(-GREATEST, Math.round(value)))
}
