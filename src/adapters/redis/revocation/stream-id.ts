/** Ids of a Redis stream: `milliseconds-number`, both up to 64 bits. */

/** Before all others; where a stream without entries stands. */
export const FIRST_ID = '0-0'

/** Whether everything up to `other` is also up to `one`. */
export function isAtLeast(one: string, other: string): boolean {
  const [ms, number] = parts(one)
  const [otherMs, otherNumber] = parts(other)
  return ms === otherMs ? number >= otherNumber : ms > otherMs
}

function parts(id: string): readonly [ms: bigint, number: bigint] {
  const [, ms = '0', number = '0'] = /^(\d{1,20})-(\d{1,20})$/.exec(id) ?? []
  return [BigInt(ms), BigInt(number)]
}
