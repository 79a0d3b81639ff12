/**
 * Whether somebody pasted a token: then it is refused and never shown again. Wider than what the ledger refuses (question.ts),
 * since a person pastes with the scheme before it, cut short, or into the wrong field.
 */

const SCHEME = /^\s*(?:bearer|dpop)\s+/i

/** True for a JWS or JWE (RFC 7515 §3.1, RFC 7516 §3.1), whole or cut, with or without its scheme, alone or inside other text. */
export function carriesToken(text: string): boolean {
  if (SCHEME.test(text)) return true
  return (text.match(/[A-Za-z0-9_-]{8,}/g) ?? []).some(startsJsonObject)
}

function startsJsonObject(part: string): boolean {
  return /^\s*\{\s*"/.test(Buffer.from(part, 'base64url').toString('latin1'))
}
