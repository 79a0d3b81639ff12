/**
 * The signature of an access token, through jose: the only file that sees its errors and gives them reasons. The
 * algorithm comes from the issuer's list and the key from the issuer's set; the token only selects among them.
 */
import { compactVerify, errors } from 'jose'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { IssuerKey } from './issuer-keys.ts'
import { keyFits } from './token-algorithms.ts'

/**
 * Verifies `text`, a compact JWS whose header was read before, with exactly one key and one algorithm. Refuses with
 * `token_signature`; a failure of the library itself is `internal_error`, so that it is seen and nothing passes.
 */
export async function verifySignature(text: string, key: IssuerKey, algorithm: string): Promise<Result<true, Refusal>> {
  // C5, RFC 8725 §3.1: asked again at the moment of use, whatever the source of the key promised.
  if (!keyFits(key, algorithm)) return refuse('token_signature', 'the key does not fit the algorithm')
  try {
    await compactVerify(text, key.key, { algorithms: [algorithm] })
    return ok(true)
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      return refuse('token_signature', 'the signature does not verify')
    }
    if (error instanceof errors.JOSEError) return refuse('token_signature', 'the signature cannot be verified')
    return refuse('internal_error', 'the signature check failed')
  }
}
