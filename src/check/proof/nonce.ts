/**
 * Nonces for DPoP proofs (RFC 9449 §8, §9, §11.3; A33 to A36): stateless, so that every replica knows every other's, bound
 * to scope and key, good in the period they were minted in and in the next. A nonce carries its own mint time: behind the
 * fence (design: replay) only one minted after it counts, which is for the caller to compare. Whether a route demands a
 * nonce is not decided here.
 *
 * 24 octets in 32 characters of base64url (within NQCHAR): version, mint time (6, ms), HMAC-SHA256 cut to 17, so that no
 * spare bits are left. Unpredictable to whoever lacks the secret; equal for one key within one millisecond.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { decodeBase64Url } from '../codec/base64url.ts'
import { lengthPrefixed } from '../codec/length-prefix.ts'

export type NonceVerdict =
  | { readonly kind: 'valid'; readonly mintedAtMs: number }
  /** Genuine, but older than the last period. */
  | { readonly kind: 'stale' }
  /** Not ours, altered, of another key, scope or secret, or from beyond the clock skew of a replica. */
  | { readonly kind: 'invalid' }

export interface Nonces {
  /** `epoch`: of the replay memory (replay-store.ts); a nonce of another epoch is not valid. */
  issue(keyThumbprint: string, epoch: string, nowMs: number): string
  check(nonce: string, keyThumbprint: string, epoch: string, nowMs: number): NonceVerdict
}

export interface NonceOptions {
  /** At least 32 random octets each. The first mints, all verify: put a new one first, drop the old one two periods later. */
  readonly secrets: readonly [Buffer, ...Buffer[]]
  readonly periodSeconds: number
  /** Names the enforcement scope: a nonce of one is none of another. */
  readonly scope: string
}

const VERSION = 1
const STAMP_BYTES = 7
const MAC_BYTES = 17
const NONCE_CHARACTERS = 32
/** How far the clock of another replica may be ahead of ours. */
const REPLICA_SKEW_MS = 5_000
/** Keys of the present, the last and (skew) the next period; others are derived anew, so that forged times fill nothing. */
const KEPT_PERIODS = 3

const INVALID = { kind: 'invalid' } as const
const STALE = { kind: 'stale' } as const

export function makeNonces({ secrets, periodSeconds, scope }: NonceOptions): Nonces {
  const periodMs = periodSeconds * 1000
  // As KeyObjects: a Buffer costs node:crypto about 10 µs more for each MAC.
  const secretKeys = secrets.map((secret) => createSecretKey(secret))
  const keptKeys = new Map<number, readonly KeyObject[]>()

  function keysOf(period: number, presentPeriod: number): readonly KeyObject[] {
    const kept = keptKeys.get(period)
    if (kept !== undefined) return kept
    const keys = secretKeys.map((secret) => periodKey(secret, scope, period))
    if (Math.abs(period - presentPeriod) <= 1) {
      keptKeys.set(period, keys)
      if (keptKeys.size > KEPT_PERIODS) keptKeys.delete(Math.min(...keptKeys.keys()))
    }
    return keys
  }

  return {
    issue(keyThumbprint, epoch, nowMs) {
      const period = Math.floor(nowMs / periodMs)
      const [key] = keysOf(period, period)
      const stamp = Buffer.alloc(STAMP_BYTES)
      stamp.writeUInt8(VERSION)
      stamp.writeUIntBE(Math.floor(nowMs), 1, STAMP_BYTES - 1)
      return Buffer.concat([stamp, mac(key as KeyObject, stamp, keyThumbprint, epoch)]).toString('base64url')
    },

    check(nonce, keyThumbprint, epoch, nowMs) {
      if (nonce.length !== NONCE_CHARACTERS) return INVALID
      const octets = decodeBase64Url(nonce)
      if (octets === undefined || octets[0] !== VERSION) return INVALID
      const mintedAtMs = octets.readUIntBE(1, STAMP_BYTES - 1)
      if (mintedAtMs > nowMs + REPLICA_SKEW_MS) return INVALID

      const period = Math.floor(mintedAtMs / periodMs)
      const presentPeriod = Math.floor(nowMs / periodMs)
      const stamp = octets.subarray(0, STAMP_BYTES)
      const shown = octets.subarray(STAMP_BYTES)
      const keys = keysOf(period, presentPeriod)
      if (!keys.some((key) => timingSafeEqual(shown, mac(key, stamp, keyThumbprint, epoch)))) return INVALID
      return period < presentPeriod - 1 ? STALE : { kind: 'valid', mintedAtMs }
    },
  }
}

/** The period counts from the epoch, so replicas agree without a word; the scope keeps the nonces of services apart. */
function periodKey(secret: KeyObject, scope: string, period: number): KeyObject {
  const octets = createHmac('sha256', secret)
    .update(lengthPrefixed('holdfast nonce', scope, String(period)))
    .digest()
  return createSecretKey(octets)
}

/** Stamp and thumbprint have one length each, so nothing can shift into the epoch. */
function mac(key: KeyObject, stamp: Buffer, keyThumbprint: string, epoch: string): Buffer {
  return createHmac('sha256', key)
    .update(stamp)
    .update(keyThumbprint + epoch)
    .digest()
    .subarray(0, MAC_BYTES)
}
