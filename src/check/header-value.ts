/**
 * Claims are the issuer's text and may hold anything; a header value may not. Bytes outside visible ASCII and inner spaces
 * become %XX of their UTF-8, and so does `%` itself, so that no two claims give one header value.
 */
export function headerValue(text: string, kept = ''): string {
  if (PLAIN.test(text) && !text.startsWith(' ') && !text.endsWith(' ')) return text
  let value = ''
  const bytes = Buffer.from(text)
  for (const [i, byte] of bytes.entries()) {
    const edge = byte === SPACE && (i === 0 || i === bytes.length - 1)
    const char = String.fromCharCode(byte)
    const plain = byte >= SPACE && byte <= TILDE && (char !== '%' || kept === '%') && !edge
    value += plain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return value
}

const PLAIN = /^[ -$&-~]*$/
const SPACE = 0x20
const TILDE = 0x7e
