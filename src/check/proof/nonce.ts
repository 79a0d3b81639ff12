/**
 * Nonces for DPoP proofs (RFC 9449 §8, §9, §11.3; A33 to A36): stateless, so that every replica knows every other's, bound
 * to scope and key, good in the period they were minted in and in the next. A nonce carries its own mint time: behind the
 * fence (design: replay) only one minted after it counts, which is for the caller to compare. Whether a route demands a
 * nonce is not decided here.
 *
 * 24 octets in 32 characters of base64url (within NQCHAR): version, mint time (6, ms), tag of the holder that it was handed
 * to (3), HMAC-SHA256 over all of it cut to 14 (112 bits), so that no spare bits are left. Unpredictable to whoever lacks the
 * secret; equal for one key and holder within one millisecond. Who brings it does not decide whether it is good.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { decodeBase64Url } from '../codec/base64url.ts'
import { lengthPrefixed } from '../codec/length-prefix.ts'
import { HOLDER_TAG_BYTES } from './holder-tag.ts'

export type NonceVerdict =
  | ({ readonly kind: 'valid' } & NonceFacts)
  /** Genuine, but older than the last period. */
  | ({ readonly kind: 'stale' } & NonceFacts)
  /** Not ours, altered, of another key, scope or secret, or from beyond the clock skew of a replica. */
  | { readonly kind: 'invalid' }

/** What a genuine nonce says of itself. */
export interface NonceFacts {
  readonly mintedAtMs: number
  /** `holderTag` of whom it was handed to. */
  readonly handedTo: Buffer
  /** True when the holder should be handed the next one: some of a period old (`dueAfterMs`), or the first of its chain. */
  readonly isNextDue: boolean
}

export interface Nonces {
  /**
   * `epoch`: of the replay memory (replay-store.ts); a nonce of another epoch is not valid. `holder`: `holderTag` of whom it
   * is handed to. `isNext`: in return for a good one; else it is the first of a chain.
   */
  issue(keyThumbprint: string, epoch: string, holder: Buffer, nowMs: number, isNext?: boolean): string
  check(nonce: string, keyThumbprint: string, epoch: string, nowMs: number): NonceVerdict
}

export interface NonceOptions {
  /** At least 32 random octets each. The first mints, all verify: put a new one first, drop the old one two periods later. */
  readonly secrets: readonly [Buffer, ...Buffer[]]
  readonly periodSeconds: number
  /** Names the enforcement scope: a nonce of one is none of another. */
  readonly scope: string
}

/** Second form of the nonce (the first, 1, told no holder): the first of a chain, and all that follow. */
const FIRST = 2
const NEXT = 3
const MINTED_AT = 1
const HOLDER_AT = 7
const STAMP_BYTES = HOLDER_AT + HOLDER_TAG_BYTES
const MAC_BYTES = 14
const NONCE_CHARACTERS = 32
/** How far the clock of another replica may be ahead of ours. */
const REPLICA_SKEW_MS = 5_000
/** Keys of the present, the last and (skew) the next period; others are derived anew, so that forged times fill nothing. */
const KEPT_PERIODS = 3

const INVALID = { kind: 'invalid' } as const

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
    issue(keyThumbprint, epoch, holder, nowMs, isNext = false) {
      const period = Math.floor(nowMs / periodMs)
      const [key] = keysOf(period, period)
      const stamp = Buffer.alloc(STAMP_BYTES)
      stamp.writeUInt8(isNext ? NEXT : FIRST)
      stamp.writeUIntBE(Math.floor(nowMs), MINTED_AT, HOLDER_AT - MINTED_AT)
      stamp.set(holder, HOLDER_AT)
      return Buffer.concat([stamp, mac(key as KeyObject, stamp, keyThumbprint, epoch)]).toString('base64url')
    },

    check(nonce, keyThumbprint, epoch, nowMs) {
      if (nonce.length !== NONCE_CHARACTERS) return INVALID
      const octets = decodeBase64Url(nonce)
      if (octets === undefined || (octets[0] !== FIRST && octets[0] !== NEXT)) return INVALID
      const mintedAtMs = octets.readUIntBE(MINTED_AT, HOLDER_AT - MINTED_AT)
      if (mintedAtMs > nowMs + REPLICA_SKEW_MS) return INVALID

      const period = Math.floor(mintedAtMs / periodMs)
      const presentPeriod = Math.floor(nowMs / periodMs)
      const stamp = octets.subarray(0, STAMP_BYTES)
      const shown = octets.subarray(STAMP_BYTES)
      const keys = keysOf(period, presentPeriod)
      if (!keys.some((key) => timingSafeEqual(shown, mac(key, stamp, keyThumbprint, epoch)))) return INVALID
      const isNextDue = octets[0] === FIRST || nowMs - mintedAtMs >= dueAfterMs(shown, periodMs)
      const kind = period < presentPeriod - 1 ? 'stale' : 'valid'
      return { kind, mintedAtMs, handedTo: stamp.subarray(HOLDER_AT), isNextDue }
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

/**
 * A quarter to half a period, drawn by the MAC: so that no rhythm of a client falls in with it (docs/clones.md), and one that
 * makes a request in each half period never has one that is too old.
 */
function dueAfterMs(mac: Buffer, periodMs: number): number {
  return periodMs * (0.25 + (mac[0] as number) / 1024)
}

/** Stamp and thumbprint have one length each, so nothing can shift into the epoch. */
function mac(key: KeyObject, stamp: Buffer, keyThumbprint: string, epoch: string): Buffer {
  return createHmac('sha256', key)
    .update(stamp)
    .update(keyThumbprint + epoch)
    .digest()
    .subarray(0, MAC_BYTES)
}
