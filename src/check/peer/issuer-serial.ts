/**
 * A certificate named by who issued it and its serial number (RFC 5280 §4.1.2.2: unique together), as one text:
 * `serial=HEX issuer=NAME`. That is all that a CA's list of certificates has of one that nobody holds any more.
 */
import { type DistinguishedName, nameText } from './distinguished-name.ts'
import { parseName } from './name-from-text.ts'

/** With white space made single spaces before. */
const SERIAL_FIRST = /^serial ?= ?(\S+) issuer ?= ?(.+)$/i
const ISSUER_FIRST = /^issuer ?= ?(.+) serial ?= ?(\S+)$/i
const HEX = /^(-?)(?:0x)?([0-9a-f]+|[0-9a-f]{2}(?::[0-9a-f]{2})+)$/i
const DECIMAL = /^dec:(-?\d+)$/i

/** The one spelling. @param serial the content of the INTEGER; undefined when that is empty */
export function issuerSerialText(serial: Buffer, issuer: DistinguishedName): string | undefined {
  return serial.length === 0 ? undefined : textOf(hexOfInteger(serial), issuer)
}

/**
 * The same of what an operator or another tool wrote: either first, the serial as hex with or without colons, or as
 * `dec:NUMBER`. Undefined when it is none.
 */
export function parseIssuerSerial(text: string): string | undefined {
  const line = text.trim().replace(/\s+/g, ' ')
  const [, serialFirst, issuerLast] = SERIAL_FIRST.exec(line) ?? []
  const [, issuerFirst, serialLast] = ISSUER_FIRST.exec(line) ?? []
  const serial = parseSerial(serialFirst ?? serialLast ?? '')
  const issuer = parseName(issuerLast ?? issuerFirst ?? '')
  return serial === undefined || issuer === undefined ? undefined : textOf(serial, issuer)
}

function textOf(serial: string, issuer: DistinguishedName): string {
  return `serial=${serial} issuer=${nameText(issuer)}`
}

/** Two's complement (X.690 §8.3). Negative numbers are wrong in a certificate, and there are some. */
function hexOfInteger(content: Buffer): string {
  const number = BigInt(`0x${content.toString('hex')}`)
  return BigInt.asIntN(content.length * 8, number).toString(16)
}

function parseSerial(text: string): string | undefined {
  const decimal = DECIMAL.exec(text)?.[1]
  if (decimal !== undefined) return BigInt(decimal).toString(16)
  const [, sign, digits] = HEX.exec(text) ?? []
  if (digits === undefined) return undefined
  const magnitude = BigInt(`0x${digits.replaceAll(':', '')}`).toString(16)
  return magnitude === '0' ? magnitude : `${sign}${magnitude}`
}
