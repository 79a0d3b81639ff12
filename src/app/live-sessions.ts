/**
 * The sessions that this process allowed lately, for the question how many of them a revocation would cut off. Kept by token,
 * in two generations: a known one costs one look-up and no memory, and what was not used for a whole generation is forgotten.
 * At most 10,000 tokens, as public facts that the memory of verified tokens mostly holds as well.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CheckEvent } from '../check/observer.ts'
import type { Peer } from '../check/peer/peer.ts'
import { revocationQuery } from '../check/revocation/check-revocation.ts'
import type { Reach, Revocation, RevocationList } from '../check/revocation/revocation.ts'
import { buildRevocationIndex } from '../check/revocation/revocation-index.ts'
import { sessionOf } from '../check/session.ts'
import type { VerifiedToken } from '../check/token/verified-token.ts'

export interface LiveSessions {
  /** To be told of each decision. */
  seen(event: Pick<CheckEvent, 'decision'>): void
  /**
   * Counts the sessions that were allowed within 15 minutes, whose token has not expired, and which `inForce` does not cut
   * off already; and those of them that `revocation` would. By the last request of each.
   */
  reachOf(revocation: Revocation, inForce: RevocationList): Promise<Reach>
}

/** Objects of one shape, changed in place. */
interface Use {
  token: VerifiedToken
  peer: Peer
  usedMs: number
}

const TOKENS_PER_GENERATION = 5_000
const LIVE_FOR_MS = 15 * 60_000
/** So many between two turns of the checks. */
const COUNTED_AT_ONCE = 500

export function makeLiveSessions(nowMs: () => number): LiveSessions {
  const startedMs = nowMs()
  let recent = new Map<string, Use>()
  let older = new Map<string, Use>()
  let generationStartedMs = startedMs

  function remember(token: VerifiedToken, peer: Peer, usedMs: number): void {
    if (recent.size >= TOKENS_PER_GENERATION || usedMs - generationStartedMs > LIVE_FOR_MS) {
      older = recent
      recent = new Map()
      generationStartedMs = usedMs
    }
    recent.set(token.sha256, { token, peer, usedMs })
  }

  return {
    seen({ decision: { reason, mode, findings } }) {
      const { token, peer } = findings
      // Only what would be refused from then on: a route that observes goes on letting it pass.
      if (reason !== 'ok' || mode !== 'enforce' || token === undefined) return
      const use = recent.get(token.sha256)
      if (use === undefined) return remember(token, peer, findings.nowMs)
      use.token = token
      use.peer = peer
      use.usedMs = findings.nowMs
    },
    async reachOf(revocation, inForce) {
      const countedMs = nowMs()
      const nowSeconds = countedMs / 1000
      let turns = 0

      // A session may have had several tokens: its last one counts.
      const last = new Map<string, Use>()
      for (const use of [...older.values(), ...recent.values()]) {
        if (++turns % COUNTED_AT_ONCE === 0) await nextTurn()
        const { token, usedMs } = use
        if (countedMs - usedMs > LIVE_FOR_MS || token.expiresAtSeconds <= nowSeconds) continue
        const { key } = sessionOf(token)
        if (usedMs >= (last.get(key)?.usedMs ?? 0)) last.set(key, use)
      }
      const asked = buildRevocationIndex([revocation], nowSeconds)
      let matched = 0
      let live = 0
      for (const { token, peer } of last.values()) {
        if (++turns % COUNTED_AT_ONCE === 0) await nextTurn()
        const query = revocationQuery(token, peer)
        if (inForce.find(query, nowSeconds).kind === 'revoked') continue
        live++
        if (asked.find(query, nowSeconds).kind === 'revoked') matched++
      }
      return { matched, live, watchedSeconds: Math.max(0, countedMs - startedMs) / 1000 }
    },
  }
}
