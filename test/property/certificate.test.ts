import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/check/peer/certificate-fields.ts'
import { readPeerCertificate } from '../../src/check/peer/client-certificate.ts'
import { readDer } from '../../src/check/peer/der.ts'
import { parseSpiffeId } from '../../src/check/peer/spiffe-id.ts'
import { envoyPem, makeDer, thumbprintOf, tlv } from '../support/certificates.ts'
import { mapCache } from '../support/check-world.ts'

const ID = 'spiffe://example.org/ns/a/sa/b'
const der = makeDer({ uris: [ID], dns: ['a', 'b'], ca: false, keyUsage: 0x80, extendedKeyUsage: [] })
const octet = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text).toString('latin1'))
const nameLike = fc.oneof(octet, fc.constantFrom(ID, `${ID},`, 'DNS:x', 'URI:spiffe://td/x', `a, URI:${ID}`, ''))

describe('readCertificate', () => {
  it('D11 gives the names as they stand, however they are made to look', () => {
    fc.assert(
      fc.property(fc.array(nameLike, { maxLength: 4 }), fc.array(nameLike, { maxLength: 4 }), (uris, dns) => {
        expect(readCertificate(makeDer({ uris, dns }))?.names).toEqual({ uris, dns })
      }),
      { numRuns: 500 },
    )
  })

  it('B2 never throws on octets that were changed, and names no other workload by chance', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(der)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const read = readCertificate(bytes)
        for (const uri of read?.names.uris ?? []) expect(bytes.includes(Buffer.from(uri, 'latin1'))).toBe(true)
      }),
      { numRuns: 10_000 },
    )
  })

  it('B2 never throws on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        readCertificate(Buffer.from(octets))
        readCertificate(tlv(0x30, Buffer.from(octets)))
      }),
      { numRuns: 5000 },
    )
  })

  it('B2 a certificate cut short anywhere is none', () => {
    for (let length = 0; length < der.length; length++) expect(readCertificate(der.subarray(0, length))).toBeUndefined()
  })
})

describe('readDer', () => {
  it('B2 takes only what is written back the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const bytes = Buffer.from(octets)
        const elements = readDer(bytes)
        if (elements === undefined) return
        expect(Buffer.concat(elements.map(({ tag, content }) => tlv(tag, content)))).toEqual(bytes)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('readPeerCertificate', () => {
  it('B2 never throws, and never takes two texts for one certificate unless the octets are the same', () => {
    const encoded = envoyPem(der)
    const change = fc.tuple(fc.nat(encoded.length), fc.nat(3), fc.oneof(fc.constantFrom('%', '+', '%0A', '%0D'), octet))
    fc.assert(
      fc.property(change, ([at, drop, put]) => {
        const read = readPeerCertificate(encoded.slice(0, at) + put + encoded.slice(at + drop), mapCache())
        if (read.ok && read.value.thumbprint !== thumbprintOf(der)) {
          const { spiffeId } = read.value
          expect(spiffeId === undefined || parseSpiffeId(spiffeId.text) !== undefined).toBe(true)
        }
      }),
      { numRuns: 5000 },
    )
  })
})
