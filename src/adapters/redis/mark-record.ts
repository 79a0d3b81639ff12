/**
 * What is kept of a used proof: sender (8 bytes), time of first use (6, ms), decision id (16), in 40 characters of base64url.
 * As text it needs the same 64 bytes of the server's memory as 30 raw bytes would, and ioredis need not copy buffers.
 */
import type { FirstUse } from '../../check/refusal.ts'
import type { Mark } from '../../check/replay/replay-store.ts'

const SENDER_BYTES = 8
const TIME_BYTES = 6
const ID_BYTES = 16
const RECORD_BYTES = SENDER_BYTES + TIME_BYTES + ID_BYTES
const RECORD_CHARACTERS = 40
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Undefined when the decision id is no UUID: without one, two callers could not be told apart. */
export function writeRecord(mark: Mark): string | undefined {
  if (!UUID.test(mark.decisionId) || mark.sender.length !== SENDER_BYTES) return undefined
  const record = Buffer.alloc(RECORD_BYTES)
  record.set(mark.sender)
  record.writeUIntBE(Math.floor(mark.nowMs), SENDER_BYTES, TIME_BYTES)
  record.write(mark.decisionId.replaceAll('-', ''), SENDER_BYTES + TIME_BYTES, 'hex')
  return record.toString('base64url')
}

/** Who came first; undefined when something else wrote the value. */
export function readRecord(value: string): FirstUse | undefined {
  const record = Buffer.from(value, 'base64url')
  if (value.length !== RECORD_CHARACTERS || record.length !== RECORD_BYTES) return undefined
  return { sender: record.toString('hex', 0, SENDER_BYTES), atMs: record.readUIntBE(SENDER_BYTES, TIME_BYTES) }
}

/**
 * How long the server must keep a mark, in whole milliseconds. A replica whose clock is behind ours takes the proof for
 * longer than we do, so the allowance for clocks comes on top (A18).
 */
export function lifeMs(mark: Mark, clockAllowanceMs: number): number {
  return Math.max(1, Math.ceil(mark.expiresAtMs - mark.nowMs)) + clockAllowanceMs
}
