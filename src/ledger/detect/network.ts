/**
 * Addresses and networks as numbers (RFC 4291 §2.2, RFC 4632 §3.1, RFC 5952 texts and all others). An IPv4-mapped IPv6
 * address (RFC 4291 §2.5.5.2) is the IPv4 address. Strict: a network with host bits set is none.
 */

export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

export interface Network extends Address {
  readonly prefix: number
}

const MAPPED = 0xffffn
const MAX_CHARACTERS = 64
const IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/
const GROUP = /^[0-9A-Fa-f]{1,4}$/
const PREFIX = /^(?:0|[1-9]\d{0,2})$/

/** A zone (`%eth0`) names an interface of ours, no other host: it is left out. Undefined when it is no address. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_CHARACTERS) return undefined
  const zone = text.indexOf('%')
  const bare = zone === -1 ? text : text.slice(0, zone)
  if (!bare.includes(':')) return zone === -1 ? ipv4(bare) : undefined
  const value = ipv6(bare)
  if (value === undefined) return undefined
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined when it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash))
  if (address === undefined || text.includes('%')) return undefined
  if (slash === -1) return { ...address, prefix: address.bits }
  const length = text.slice(slash + 1)
  if (!PREFIX.test(length)) return undefined
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const prefix = Number(length) - (address.bits === 32 && text.includes(':') ? 96 : 0)
  if (prefix < 0 || prefix > address.bits) return undefined
  const network = { ...address, prefix }
  return (maskedBy(address, prefix) ?? -1n) << BigInt(address.bits - prefix) === address.value ? network : undefined
}

export function isWithin(address: Address, { bits, value, prefix }: Network): boolean {
  return address.bits === bits && maskedBy(address, prefix) === maskedBy({ bits, value }, prefix)
}

/** The first bits of it as text, to compare: `4:` or `6:` and a number. Undefined when it is no address. */
export function rangeOf(text: string, ipv4Prefix: number, ipv6Prefix: number): string | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  return address.bits === 32 ? `4:${maskedBy(address, ipv4Prefix)}` : `6:${maskedBy(address, ipv6Prefix)}`
}

function maskedBy({ bits, value }: Address, prefix: number): bigint {
  return value >> BigInt(bits - prefix)
}

function ipv4(text: string): Address | undefined {
  if (!IPV4.test(text)) return undefined
  const octets = text.split('.').map(Number)
  if (octets.some((octet) => octet > 255)) return undefined
  return { bits: 32, value: octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) }
}

function ipv6(text: string): bigint | undefined {
  const [head, tail, more] = text.split('::')
  if (head === undefined || more !== undefined) return undefined
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  if (before === undefined || after === undefined) return undefined
  // A dotted part ends an address: before `::` something would follow it.
  if (tail !== undefined && head.includes('.')) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...before, ...Array.from({ length: missing }, () => 0n), ...after]
  return all.reduce((sum, group) => (sum << 16n) | group, 0n)
}

/** The last one may be dotted (RFC 4291 §2.2 item 3). */
function groups(text: string): readonly bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1) as string
  const dotted = last.includes('.') ? ipv4(last) : undefined
  if (last.includes('.') && dotted === undefined) return undefined
  const plain = dotted === undefined ? parts : parts.slice(0, -1)
  if (!plain.every((part) => GROUP.test(part))) return undefined
  const values = plain.map((part) => BigInt(`0x${part}`))
  return dotted === undefined ? values : [...values, dotted.value >> 16n, dotted.value & 0xffffn]
}
