/** SPIFFE IDs that are wrong in one thing, and their valid twins (requirements D1 to D6). */

export interface Case {
  readonly requirement: string
  readonly name: string
  readonly text: string
}

const row = (requirement: string, name: string, text: string): Case => ({ requirement, name, text })

const A = 'a'.repeat(64)
/** `length` characters in all. */
const ofLength = (length: number): string => `spiffe://td/${'a'.repeat(length - 'spiffe://td/'.length)}`

export const VALID: readonly Case[] = [
  row('D1', 'a workload', 'spiffe://example.org/ns/shop/sa/payments'),
  row('D1', 'the trust domain itself', 'spiffe://example.org'),
  row('D3', 'all characters of a trust domain', 'spiffe://az-09._x/y'),
  row('D3', 'a trust domain that looks like an address', 'spiffe://10.0.0.1/x'),
  row('D3', 'a trust domain of 255 bytes', `spiffe://${`${A.slice(1)}.`.repeat(4).slice(0, 255)}/x`),
  row('D4', 'all characters of a segment', 'spiffe://td/AZaz09.-_'),
  row('D4', 'three dots are a name', 'spiffe://td/.../x'),
  row('D5', '2048 bytes', ofLength(2048)),
]

export const INVALID: readonly Case[] = [
  row('D1', 'nothing', ''),
  row('D1', 'no trust domain', 'spiffe://'),
  row('D1', 'no trust domain before the path', 'spiffe:///x'),
  row('D1', 'one slash', 'spiffe:/x'),
  row('D1', 'another scheme', 'https://td/x'),
  row('D1', 'a query', 'spiffe://td?x'),
  row('D1', 'a query behind a path', 'spiffe://td/x?y'),
  row('D1', 'a fragment', 'spiffe://td/x#f'),
  row('D1', 'white space before it', ' spiffe://td/x'),
  row('D1', 'a line feed behind it', 'spiffe://td/x\n'),
  row('D2', 'userinfo', 'spiffe://u@td/x'),
  row('D2', 'a port', 'spiffe://td:443/x'),
  row('D2', 'an empty port', 'spiffe://td:/x'),
  row('D3', 'upper case', 'spiffe://Td/x'),
  row('D3', 'percent-encoding', 'spiffe://%74d/x'),
  row('D3', 'an IPv6 address', 'spiffe://[::1]/x'),
  row('D3', 'a space', 'spiffe://t d/x'),
  row('D3', 'an international name', 'spiffe://bücher.example/x'),
  row('D3', 'a trust domain of 256 bytes', `spiffe://${`${A.slice(1)}.`.repeat(4)}/x`),
  row('D4', 'an empty segment', 'spiffe://td//x'),
  row('D4', 'a dot segment', 'spiffe://td/./x'),
  row('D4', 'a double dot segment', 'spiffe://td/../x'),
  row('D4', 'a double dot at the end', 'spiffe://td/x/..'),
  row('D4', 'a slash at the end', 'spiffe://td/x/'),
  row('D4', 'a slash for a path', 'spiffe://td/'),
  row('D4', 'percent-encoding', 'spiffe://td/%41'),
  row('D4', 'a space', 'spiffe://td/a b'),
  row('D4', 'a letter beyond ASCII', 'spiffe://td/é'),
  row('D4', 'a backslash', 'spiffe://td/a\\b'),
  row('D4', 'a NUL', 'spiffe://td/a\0b'),
  row('D5', '2049 bytes', ofLength(2049)),
  row('D6', 'the scheme in upper case', 'SPIFFE://td/x'),
  row('D6', 'the scheme with a capital', 'Spiffe://td/x'),
  row('D6', 'the trust domain in upper case', 'spiffe://TD/x'),
]
