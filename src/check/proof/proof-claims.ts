/** The claims of a DPoP proof by name and JSON type (RFC 9449 §4.2, §4.3 item 3; A3, A9, A19). Not yet judged. */
import type { JsonObject } from '../codec/strict-json.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { LIMITS } from '../request-facts.ts'
import { ok, type Result } from '../result.ts'

export interface ProofClaims {
  readonly jti: string
  readonly htm: string
  readonly htu: string
  readonly iatSeconds: number
  readonly ath: string
  readonly nonce: string | undefined
  /** Seconds since the epoch, as are all times here. */
  readonly exp: number | undefined
  readonly nbf: number | undefined
}

/** Refuses with `proof_malformed`. Claims that are not named here are ignored (RFC 9449 §4.2). */
export function readProofClaims(payload: JsonObject): Result<ProofClaims, Refusal> {
  const { jti, htm, htu, iat, ath, nonce, exp, nbf } = payload
  if (!isText(jti)) return refuse('proof_malformed', 'jti is absent or no string')
  if (Buffer.byteLength(jti) > LIMITS.jtiBytes) return refuse('proof_malformed', 'jti is too long')
  if (!isText(htm)) return refuse('proof_malformed', 'htm is absent or no string')
  if (!isText(htu)) return refuse('proof_malformed', 'htu is absent or no string')
  if (!isTime(iat)) return refuse('proof_malformed', 'iat is absent or no date')
  if (!isText(ath)) return refuse('proof_malformed', 'ath is absent or no string')
  if (nonce !== undefined && typeof nonce !== 'string') return refuse('proof_malformed', 'nonce is no string')
  if (exp !== undefined && !isTime(exp)) return refuse('proof_malformed', 'exp is no date')
  if (nbf !== undefined && !isTime(nbf)) return refuse('proof_malformed', 'nbf is no date')
  return ok({ jti, htm, htu, iatSeconds: iat, ath, nonce, exp, nbf })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A finite number, not before the epoch (RFC 7519 §2 NumericDate); 1e400 is Infinity here. */
function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0
}
