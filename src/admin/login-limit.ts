/**
 * How often an address may guess: a few failures, then none until the time is over. By address, so that whoever guesses
 * shuts out itself and not the responders; bounded, and what is forgotten first is what failed longest ago.
 */

export interface LoginLimit {
  /** False when nothing may be compared for this address now. */
  mayTry(address: string, nowMs: number): boolean
  failed(address: string, nowMs: number): void
}

const MAX_FAILURES = 10
const WINDOW_MS = 60_000
const MAX_ADDRESSES = 1_000

export const RETRY_AFTER_SECONDS = WINDOW_MS / 1000

export function makeLoginLimit(): LoginLimit {
  const failures = new Map<string, { readonly sinceMs: number; readonly count: number }>()

  function standing(address: string, nowMs: number): { readonly sinceMs: number; readonly count: number } {
    const known = failures.get(networkOf(address))
    return known === undefined || nowMs - known.sinceMs >= WINDOW_MS ? { sinceMs: nowMs, count: 0 } : known
  }

  return {
    mayTry: (address, nowMs) => standing(address, nowMs).count < MAX_FAILURES,
    failed(address, nowMs) {
      const { sinceMs, count } = standing(address, nowMs)
      const network = networkOf(address)
      failures.delete(network)
      failures.set(network, { sinceMs, count: count + 1 })
      const [oldest] = failures.keys()
      if (failures.size > MAX_ADDRESSES && oldest !== undefined) failures.delete(oldest)
    },
  }
}

/** One host has a whole /64 of IPv6 addresses to guess from. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0')].slice(0, 4).join(':')
}
