/** How a session began, as its first use shows it. */
import type { VerifiedToken } from '../../check/token/verified-token.ts'
import type { FirstSeen } from '../session-record.ts'

/**
 * @param peer SPIFFE ID of the peer that used it
 * Where a holder is named but the peer shows no identity, nothing can be said: `unknown`, which accuses nobody.
 */
export function firstSeenAs(
  token: Pick<VerifiedToken, 'holder' | 'issuedAtSeconds'>,
  peer: string | undefined,
  nowMs: number,
  createdWithinSeconds: number,
): FirstSeen {
  const { holder, issuedAtSeconds } = token
  if (holder !== undefined && peer !== undefined && peer !== holder) return 'other_peer'
  if (issuedAtSeconds === undefined || (holder !== undefined && peer === undefined)) return 'unknown'
  return nowMs / 1000 - issuedAtSeconds <= createdWithinSeconds ? 'created_here' : 'late'
}
