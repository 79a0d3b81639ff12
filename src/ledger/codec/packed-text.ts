/** How a text begins: one number, its kind in the lowest two bits, above it the octets that follow or the place referred to. */
export const KINDS = 4
export const UTF8 = 1
export const REFERENCE = 2
export const BASE64URL = 3
/** The whole number 0 is an absent text; above it, this kind is one in which fragments stand as one octet each. */
export const ABSENT = 0
export const SHORTENED = 0

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const NO_DIGIT = 0xff
const digitValues = new Uint8Array(128).fill(NO_DIGIT)
for (let value = 0; value < DIGITS.length; value++) digitValues[DIGITS.charCodeAt(value)] = value

/**
 * True where a text is the one base64url form of some octets, so that these can stand for it. The same as that
 * `decodeBase64Url` gives octets, at a tenth of its time for a text that is none: there are a dozen in each record.
 */
export function isBase64Url(text: string): boolean {
  const spare = text.length % 4
  if (text === '' || spare === 1) return false
  let last = 0
  for (let at = 0; at < text.length; at++) {
    last = digitValues[text.charCodeAt(at)] ?? NO_DIGIT
    if (last === NO_DIGIT) return false
  }
  // The bits that no octet needs are zero (RFC 7515 §2; C19).
  return last % (spare === 2 ? 16 : spare === 3 ? 4 : 1) === 0
}

export function octetsOfBase64Url(characters: number): number {
  return Math.floor((characters * 3) / 4)
}

/** What names of issuers, workloads and hosts are made of. Their order is part of the format: new ones go to the end. */
const FRAGMENTS = [
  'https://',
  'spiffe://',
  'system:serviceaccount:',
  '/ns/',
  '/sa/',
  '.svc.cluster.local',
  '.local',
  '.com',
  '.internal',
  '/realms/',
  'urn:',
  '.net',
  '.org',
]
const codes = new Map(FRAGMENTS.map((fragment, i) => [fragment, String.fromCharCode(i + 1)]))
const anyFragment = new RegExp(FRAGMENTS.map((fragment) => fragment.replaceAll('.', '\\.')).join('|'), 'g')
const CONTROL = /\p{Cc}/u

/** Undefined where there is nothing to shorten, or where the octets for fragments stand in the text itself. */
export function shorten(text: string): string | undefined {
  const short = text.replace(anyFragment, (fragment) => codes.get(fragment) ?? fragment)
  return short.length === text.length || CONTROL.test(text) ? undefined : short
}

/** Undefined for what `shorten` would not have made. */
export function lengthen(short: string): string | undefined {
  let text = ''
  for (const character of short) text += FRAGMENTS[character.charCodeAt(0) - 1] ?? character
  return shorten(text) === short ? text : undefined
}
