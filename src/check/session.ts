/** Which session a token belongs to: its `sid`; without one the token itself (iss + jti, else its hash). */
import type { VerifiedToken } from './token/verified-token.ts'

export interface Session {
  /** For people and upstreams. */
  readonly id: string
  /** Unique over issuers: parts cannot shift into another, an issuer holds no NUL. */
  readonly key: string
}

export function sessionOf(token: VerifiedToken): Session {
  if (token.sessionId !== undefined) return { id: token.sessionId, key: `sid\0${token.issuer}\0${token.sessionId}` }
  if (token.tokenId !== undefined) return { id: token.tokenId, key: `jti\0${token.issuer}\0${token.tokenId}` }
  return { id: token.sha256, key: `hash\0${token.sha256}` }
}
