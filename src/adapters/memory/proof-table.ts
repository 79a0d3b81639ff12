/**
 * A hash table of used proofs in typed arrays: 32 bytes a slot, outside the heap that the garbage collector walks. Open
 * addressing; an expired slot is free for the next mark, and goes for good when the table is rebuilt.
 */
import type { Mark } from '../../check/replay/replay-store.ts'

const KEY_WORDS = 4
const SENDER_WORDS = 2
/** Some thirteen probes for a miss, all in a few cache lines; 40 to 80 bytes a live proof. */
const MAX_LOAD = 0.8
const EMPTY = 0

interface Slots {
  readonly mask: number
  /** The first 128 bits of the key: two proofs that share them would cost an attacker 2^64 hashes, and only deny his own. */
  readonly keys: Uint32Array
  /** Seconds since the epoch, rounded up; 0: never used. */
  readonly expiries: Uint32Array
  readonly senders: Uint32Array
  /** Seconds since the epoch of the first use. */
  readonly firstUses: Uint32Array
}

export interface FoundMark {
  readonly senderHex: string
  readonly atMs: number
}

export interface ProofTable {
  /** The mark that stands, or undefined when this one is now the first. */
  mark(mark: Mark): FoundMark | undefined
  /** Slots in use, expired ones included until the next rebuild. */
  size(): number
  /** Drops what expired; returns what is left. */
  sweep(nowMs: number): number
}

/** @param initialSlots a power of two */
export function makeProofTable(initialSlots: number): ProofTable {
  let slots = makeSlots(initialSlots)
  let used = 0

  function rebuild(nowSeconds: number): void {
    const live = countLive(slots, nowSeconds)
    const capacity = slots.mask + 1
    const next = makeSlots(live > (capacity * MAX_LOAD) / 2 ? capacity * 2 : capacity)
    for (let i = 0; i < capacity; i++) {
      if (isLive(slots, i, nowSeconds)) copySlot(slots, i, next)
    }
    slots = next
    used = live
  }

  function mark(entry: Mark): FoundMark | undefined {
    const nowSeconds = Math.floor(entry.nowMs / 1000)
    if (used >= (slots.mask + 1) * MAX_LOAD) rebuild(nowSeconds)
    let free = -1
    for (let i = entry.key.readUInt32LE(0) & slots.mask; ; i = (i + 1) & slots.mask) {
      if (slots.expiries[i] === EMPTY) {
        if (free === -1) {
          free = i
          used++
        }
        break
      }
      if (isLive(slots, i, nowSeconds)) {
        if (hasKey(slots, i, entry.key)) return foundAt(slots, i)
      } else if (free === -1) free = i
    }
    writeSlot(slots, free, entry, nowSeconds)
    return undefined
  }

  return {
    mark,
    size: () => used,
    sweep(nowMs) {
      rebuild(Math.floor(nowMs / 1000))
      return used
    },
  }
}

function makeSlots(count: number): Slots {
  return {
    mask: count - 1,
    keys: new Uint32Array(count * KEY_WORDS),
    expiries: new Uint32Array(count),
    senders: new Uint32Array(count * SENDER_WORDS),
    firstUses: new Uint32Array(count),
  }
}

/** Live through its last second: a mark may outlive its proof, never the other way round. */
function isLive(slots: Slots, i: number, nowSeconds: number): boolean {
  return (slots.expiries[i] ?? EMPTY) >= nowSeconds && slots.expiries[i] !== EMPTY
}

function countLive(slots: Slots, nowSeconds: number): number {
  let live = 0
  for (let i = 0; i <= slots.mask; i++) if (isLive(slots, i, nowSeconds)) live++
  return live
}

function hasKey(slots: Slots, i: number, key: Buffer): boolean {
  for (let word = 0; word < KEY_WORDS; word++) {
    if (slots.keys[i * KEY_WORDS + word] !== key.readUInt32LE(word * 4)) return false
  }
  return true
}

function writeSlot(slots: Slots, i: number, entry: Mark, nowSeconds: number): void {
  for (let word = 0; word < KEY_WORDS; word++) slots.keys[i * KEY_WORDS + word] = entry.key.readUInt32LE(word * 4)
  for (let word = 0; word < SENDER_WORDS; word++) {
    slots.senders[i * SENDER_WORDS + word] = entry.sender.readUInt32LE(word * 4)
  }
  slots.expiries[i] = Math.ceil(entry.expiresAtMs / 1000)
  slots.firstUses[i] = nowSeconds
}

function copySlot(from: Slots, i: number, to: Slots): void {
  let j = (from.keys[i * KEY_WORDS] ?? 0) & to.mask
  while (to.expiries[j] !== EMPTY) j = (j + 1) & to.mask
  to.keys.set(from.keys.subarray(i * KEY_WORDS, (i + 1) * KEY_WORDS), j * KEY_WORDS)
  to.senders.set(from.senders.subarray(i * SENDER_WORDS, (i + 1) * SENDER_WORDS), j * SENDER_WORDS)
  to.expiries[j] = from.expiries[i] ?? EMPTY
  to.firstUses[j] = from.firstUses[i] ?? 0
}

function foundAt(slots: Slots, i: number): FoundMark {
  const sender = Buffer.alloc(SENDER_WORDS * 4)
  for (let word = 0; word < SENDER_WORDS; word++) {
    sender.writeUInt32LE(slots.senders[i * SENDER_WORDS + word] ?? 0, word * 4)
  }
  return { senderHex: sender.toString('hex'), atMs: (slots.firstUses[i] ?? 0) * 1000 }
}
