/**
 * Finds where JSON values end in the octets of a text, without parsing them: so a long list can be read piece by piece. It
 * does not judge: whoever uses a span parses it, and what was cut wrongly is no JSON then.
 */

/** The first place from `at` on that is not white space (RFC 8259 §2). */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at
  while (bytes[i] === SPACE || bytes[i] === LINE_FEED || bytes[i] === CARRIAGE_RETURN || bytes[i] === TAB) i++
  return i
}

/**
 * Behind the value that starts at `start`: of a string, an object or an array behind its last octet, of anything else at the
 * next separator or white space. The end of the octets when the value has none.
 */
export function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0
  for (let i = start; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i)
        if (depth === 0) return Math.min(i + 1, bytes.length)
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (depth === 0) return i
        if (--depth === 0) return i + 1
        break
      case COMMA:
      case COLON:
      case SPACE:
      case LINE_FEED:
      case CARRIAGE_RETURN:
      case TAB:
        if (depth === 0) return i
    }
  }
  return bytes.length
}

/** The closing quote, or the end of the octets when there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) return i
    if (bytes[i] === BACKSLASH) i++
  }
  return bytes.length
}

const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
