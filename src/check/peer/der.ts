/**
 * A strict reader of DER (X.690 §10), as much as a certificate needs: low tags, definite lengths in their shortest form,
 * nothing left over. OpenSSL's text of a certificate is ambiguous where a name holds a comma or a quote; octets are not.
 */
import { daysSinceEpoch } from '../calendar.ts'

export interface DerElement {
  readonly tag: number
  readonly content: Buffer
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** More elements at one level than any certificate has: the bound on work for one that is made to hurt. */
const MAX_ELEMENTS = 4096

/** All elements of one level, or undefined when `bytes` is not a whole number of them. Contents are views, not copies. */
export function readDer(bytes: Buffer): readonly DerElement[] | undefined {
  const elements: DerElement[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = bytes[at] as number
    const length = readLength(bytes, at + 1)
    if ((tag & HIGH_TAG) === HIGH_TAG || length === undefined) return undefined
    const end = length.next + length.value
    if (end > bytes.length || elements.length === MAX_ELEMENTS) return undefined
    elements.push({ tag, content: bytes.subarray(length.next, end) })
    at = end
  }
  return elements
}

/** The elements inside of one constructed element with this tag; undefined when it is absent, another, or malformed. */
export function readInside(element: DerElement | undefined, tag: number): readonly DerElement[] | undefined {
  return element === undefined || element.tag !== tag ? undefined : readDer(element.content)
}

/** The single element with this tag that `bytes` consist of. */
export function readSingle(bytes: Buffer, tag: number): DerElement | undefined {
  const elements = readDer(bytes)
  return elements?.length === 1 && elements[0]?.tag === tag ? elements[0] : undefined
}

/** X.690 §10.1: the shortest form, never the indefinite one. Four octets of length are more than any limit of ours. */
function readLength(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first < LONG_FORM) return { value: first, next: at + 1 }
  const octets = first - LONG_FORM
  const next = at + 1 + octets
  if (octets < 1 || octets > 4 || next > bytes.length) return undefined
  const value = bytes.readUIntBE(at + 1, octets)
  const shortest = value >= LONG_FORM && value >= 256 ** (octets - 1)
  return shortest ? { value, next } : undefined
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 wants them (seconds given, `Z`), in seconds since the epoch. */
export function readTime(element: DerElement | undefined): number | undefined {
  if (element === undefined) return undefined
  const text = element.content.toString('latin1')
  const utc = element.tag === TAG.utcTime && /^\d{12}Z$/.test(text)
  const generalized = element.tag === TAG.generalizedTime && /^\d{14}Z$/.test(text)
  if (!utc && !generalized) return undefined
  const digits = utc ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  const part = (from: number, to: number): number => Number(digits.slice(from, to))
  const [year, month, day, hour, minute, second] = [
    part(0, 4),
    part(4, 6),
    part(6, 8),
    part(8, 10),
    part(10, 12),
    part(12, 14),
  ]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const days = daysSinceEpoch(year, month, day)
  return days === undefined ? undefined : ((days * 24 + hour) * 60 + minute) * 60 + second
}

const HIGH_TAG = 0x1f
const LONG_FORM = 0x80
