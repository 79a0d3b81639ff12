/** Why a request is refused: the reason, and what only the log may say. */
import type { Answer, Reason } from './reasons.ts'
import type { RevocationKind } from './revocation/revocation.ts'

export interface Refusal {
  readonly reason: Reason
  /**
   * For the log only: which check failed, in constant words. Never text of the request, never a byte of a token,
   * proof, nonce or key (rule 11).
   */
  readonly detail: string
  /** Where the answer differs from the row of the reason (a second DPoP header is W1, a second token W4). */
  readonly answer?: Answer
  /** Who used the proof first, on `proof_replayed`. */
  readonly firstUse?: FirstUse
  /** RFC 7638 thumbprint of the key that signed, on `proof_key_mismatch`: the other holder. */
  readonly foreignKey?: string
  /** What was revoked, on `revoked`. */
  readonly revocation?: { readonly id: string; readonly kind: RevocationKind }
}

/** What the replay memory kept of the first sender. */
export interface FirstUse {
  /** Short hash of the first sender's peer or address, as in `senderHash`. */
  readonly sender: string
  readonly atMs: number
}

type More = Pick<Refusal, 'answer' | 'firstUse' | 'foreignKey' | 'revocation'>

export function refusal(reason: Reason, detail: string, more?: More): Refusal {
  return more === undefined ? { reason, detail } : { reason, detail, ...more }
}

/** A refusal as the failed half of a Result. */
export function refuse(reason: Reason, detail: string, more?: More): { readonly ok: false; readonly error: Refusal } {
  return { ok: false, error: refusal(reason, detail, more) }
}
