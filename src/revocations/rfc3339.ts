/** Times as people write and read them (RFC 3339 §5.6), in seconds since the epoch. */
import { daysSinceEpoch } from '../check/calendar.ts'

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/
const FRACTION_AT = 19

/**
 * Undefined when `text` is no such time, or a day that its month does not have. What is finer than a millisecond is cut off;
 * leap seconds are not taken. By arithmetic: Date.parse would be a tenth of the time in which a list is read.
 */
export function parseTime(text: string): number | undefined {
  if (!TIME.test(text)) return undefined
  const days = daysSinceEpoch(pair(text, 0) * 100 + pair(text, 2), pair(text, 5), pair(text, 8))
  const [hour, minute, second] = [pair(text, 11), pair(text, 14), pair(text, 17)]
  const zone = zoneMinutes(text)
  if (days === undefined || hour > 23 || minute > 59 || second > 59 || zone === undefined) return undefined
  const seconds = ((days * 24 + hour) * 60 + minute - zone) * 60 + second
  return (seconds * 1000 + milliseconds(text)) / 1000
}

/** The two digits that stand there, as a number. */
function pair(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
}

function milliseconds(text: string): number {
  if (text.charCodeAt(FRACTION_AT) !== POINT) return 0
  let [value, unit] = [0, 100]
  for (let at = FRACTION_AT + 1; unit >= 1 && isDigit(text.charCodeAt(at)); at++, unit /= 10) {
    value += (text.charCodeAt(at) - ZERO) * unit
  }
  return value
}

/** How far the clock of the time is ahead of UTC. */
function zoneMinutes(text: string): number | undefined {
  const { length } = text
  if (text.charCodeAt(length - 1) === ZULU) return 0
  const [hours, minutes] = [pair(text, length - 5), pair(text, length - 2)]
  if (hours > 23 || minutes > 59) return undefined
  return (text.charCodeAt(length - 6) === MINUS ? -1 : 1) * (hours * 60 + minutes)
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9
}

const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const ZULU = 0x5a

/** In UTC; fractions of a second only where there are some. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
