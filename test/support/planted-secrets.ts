/** Secrets that were put into requests, and the search for pieces of them in what comes out, as text and as octets. */
import { createHash } from 'node:crypto'

/** A shorter piece of a secret helps nobody to guess it. */
export const PIECE = 12

/** Pieces of the secrets that stand in a text; a few are enough. */
export function piecesIn(text: string, secrets: Iterable<string>): string[] {
  const pieces = piecesOf(text)
  const found: string[] = []
  for (const secret of secrets) {
    for (let i = 0; i + PIECE <= secret.length && found.length < 5; i++) {
      const piece = secret.slice(i, i + PIECE)
      // Around a secret stands what is none, such as the beginning of every JWT.
      if (/^[A-Za-z0-9_-]+$/.test(piece) && pieces.has(piece)) found.push(piece)
    }
  }
  return found
}

/** Secrets of which a piece stands among octets: of their text, of what it encodes where it is base64url, or of their SHA-256. */
export function octetsIn(octets: Buffer, secrets: Iterable<string>): string[] {
  const pieces = piecesOf(octets.toString('latin1'))
  return [...secrets].filter((secret) => {
    const encoded = /^[A-Za-z0-9_-]+$/.test(secret) ? [Buffer.from(secret, 'base64url')] : []
    const forms = [Buffer.from(secret), createHash('sha256').update(secret).digest(), ...encoded]
    return forms.some((form) => [...piecesOf(form.toString('latin1'))].some((piece) => pieces.has(piece)))
  })
}

function piecesOf(text: string): ReadonlySet<string> {
  const pieces = new Set<string>()
  for (let i = 0; i + PIECE <= text.length; i++) pieces.add(text.slice(i, i + PIECE))
  return pieces
}
