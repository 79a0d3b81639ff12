import { createHash } from 'node:crypto'
import type { Cache } from '../cache.ts'
import type { SessionActivity } from './lifecycle.ts'

/** Last uses in a bounded cache. Keys are hashed: a session id is the issuer's text and may be long. */
export function makeSessionActivity(lastUses: Cache<number>): SessionActivity {
  return {
    lastUseMs: (sessionKey) => lastUses.get(hash(sessionKey)),
    used(sessionKey, nowMs, everyMs) {
      const key = hash(sessionKey)
      const last = lastUses.get(key)
      if (last === undefined || nowMs - last >= everyMs) lastUses.set(key, nowMs)
    },
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
