/**
 * Strict base64url without padding (RFC 7515 §2, C19). Node's decoder skips illegal characters and ignores trailing
 * bits, so that two texts would be "the same" token: here every octet string has exactly one text.
 */
export function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
