/** A rate with room for a burst; pure, time is an argument. */
export interface TokenBucket {
  /** True when one more fits. A clock that goes back adds nothing and takes nothing away. */
  take(nowMs: number): boolean
}

export function makeTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    take(nowMs) {
      const elapsedMs = Math.max(0, nowMs - lastMs)
      tokens = Math.min(burst, tokens + (elapsedMs * perSecond) / 1000)
      lastMs = nowMs
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
