/** The names under which one token stands in the ledger: hashed and sealed once for each token, not for each request. */
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import type { Identifiers } from '../identifiers.ts'
import type { SealedHandle, TokenName } from '../session-record.ts'

export interface TokenNames {
  readonly id: string
  readonly handle: SealedHandle
  readonly token: TokenName
  readonly subject: string | undefined
}

export function namesOf(token: VerifiedToken, identifiers: Identifiers): TokenNames {
  const { issuer, subject, tokenId, sha256 } = token
  return {
    id: identifiers.session(token),
    handle: identifiers.seal(token),
    token: {
      token: identifiers.token(sha256),
      jti: tokenId === undefined ? undefined : identifiers.jti(issuer, tokenId),
    },
    subject: subject === undefined ? undefined : identifiers.subject(subject),
  }
}
