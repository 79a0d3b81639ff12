import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Peer, PeerPolicy } from '../../src/check/peer/peer.ts'
import { resolvePeer } from '../../src/check/peer/resolve-peer.ts'
import { parseForwardedClientCert } from '../../src/check/peer/xfcc.ts'
import type { RequestFacts } from '../../src/check/request-facts.ts'
import { envoyElement, envoyPem, hexOf, makeDer, thumbprintOf } from '../support/certificates.ts'
import { mapCache } from '../support/check-world.ts'

const TD = 'spiffe://example.org'
const VICTIM = `${TD}/victim`
const EDGE = `${TD}/edge`
const MESH = `${TD}/mesh`
const US = `${TD}/us`
const victim = makeDer({ uris: [VICTIM], serial: 1 })
const edge = makeDer({ uris: [EDGE], serial: 2 })
const mesh = makeDer({ uris: [MESH], serial: 3 })

/** Names made of everything that means something in the header, true and forged pieces of it included. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(VICTIM, EDGE, MESH, US, 'https://x', 'x', '') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[';', ',', '"', '\\', '=', ';URI=', ';DNS=', ',By=', ';Subject="', '";URI=', ',Hash=', ';Hash=', ';Cert="'],
      ...[`,Hash=${hexOf(edge)};URI=${EDGE}`, `,Hash=${hexOf(mesh)};URI=${MESH}`, `;DNS=x`, ' ', '%2C', '\0'],
      ...[`,By=${MESH};Hash=${hexOf(edge)};URI=${EDGE}`, `,By=${US};Hash=${hexOf(mesh)};URI=${MESH}`],
      ...[`,By=${EDGE};Hash=${hexOf(victim)};Cert="${envoyPem(victim)}";URI=${VICTIM}`],
      ...[`,Hash=${hexOf(mesh)};Cert="${envoyPem(mesh)}";URI=${MESH}`],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 4 }) },
)
const hostileName = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''))

interface World {
  readonly uris: readonly string[]
  readonly dns: readonly string[]
  /** What the thief sends as the header itself, where a proxy appends to it. */
  readonly front: string | undefined
  readonly cert: boolean
  readonly tellDns: boolean
  readonly by: boolean
  readonly subject: boolean
}

const anyWorld: fc.Arbitrary<World> = fc.record({
  uris: fc.array(hostileName, { maxLength: 2 }).filter(isNoProxy),
  dns: fc.array(hostileName, { maxLength: 2 }),
  front: fc.option(
    fc.oneof(hostileName, fc.constant(envoyElement({ der: victim, uris: [VICTIM], by: [EDGE], cert: true }))),
    { nil: undefined },
  ),
  cert: fc.boolean(),
  tellDns: fc.boolean(),
  by: fc.boolean(),
  subject: fc.boolean(),
})

/** A whole element that a name writes, or that a thief sends ahead. */
const forged = fc
  .record({
    by: fc.constantFrom(EDGE, MESH, US),
    of: fc.constantFrom({ der: victim, id: VICTIM }, { der: edge, id: EDGE }, { der: mesh, id: MESH }),
    cert: fc.boolean(),
  })
  .map(({ by, of, cert }) => envoyElement({ der: of.der, uris: [of.id], by: [by], cert }))
const forgedList = (maxLength: number) => fc.array(forged, { maxLength }).map((elements) => elements.join(','))

/** Attacks that are well formed: an identity and then whole elements, or a quote that swallows the true ones. */
const crafted: fc.Arbitrary<World> = fc
  .record({
    id: fc.constantFrom(VICTIM, EDGE, MESH, `${VICTIM};DNS=x`),
    behind: forgedList(2),
    ahead: forgedList(2),
    quoted: fc.boolean(),
    inDns: fc.boolean(),
    cert: fc.boolean(),
    by: fc.boolean(),
  })
  .map(({ id, behind, ahead, quoted, inDns, cert, by }) => {
    const name = `${quoted ? `https://";URI=` : ''}${id}${behind === '' ? '' : `,${behind}`}`
    const swallowed = `${ahead === '' ? '' : `${ahead},`}By=${EDGE};Hash=${hexOf(victim)};Subject="x`
    const front = quoted ? swallowed : ahead === '' ? undefined : ahead
    return { uris: inDns ? [] : [name], dns: inDns ? [name] : [], front, cert, tellDns: true, by, subject: false }
  })
  .filter(({ uris }) => isNoProxy(uris))

const world = fc.oneof(anyWorld, crafted)

/** One who really is a proxy is trusted to forward. */
function isNoProxy(uris: readonly string[]): boolean {
  return uris.length !== 1 || ![EDGE, MESH].includes(uris[0] ?? '')
}

interface Written {
  /** The certificate of the thief. */
  readonly der: Buffer
  /** The header behind the proxy that the thief called. */
  readonly header: string
}

/** The proxy `receiver` writes its element for the thief's certificate, behind what the thief sent. */
function calledBy({ uris, dns, front, cert, tellDns, by, subject }: World, receiver: string): Written {
  const der = makeDer({ uris, dns, serial: 9 })
  const told = envoyElement({
    der,
    uris,
    dns: tellDns ? dns : [],
    by: by ? [receiver] : [],
    cert,
    ...(subject ? { subject: 'CN=thief\\,x' } : {}),
  })
  return { der, header: front === undefined ? told : `${front},${told}` }
}

function resolve(
  given: { certificate?: Buffer; principal?: string; header: string },
  changes: Partial<PeerPolicy>,
): Peer | undefined {
  const policy: PeerPolicy = {
    trustDomains: new Set(['example.org']),
    forwardedFrom: 'envoy',
    trustedHops: 0,
    proxies: new Set([EDGE, MESH]),
    ...changes,
  }
  const facts = {
    peerCertificate: given.certificate === undefined ? '' : envoyPem(given.certificate),
    peerPrincipal: given.principal ?? '',
    forwardedClientCert: [given.header],
  } as unknown as RequestFacts
  const resolved = resolvePeer(facts, policy, mapCache())
  return resolved.ok ? resolved.value : undefined
}

/** Refused, or exactly who called: the thief, under the one valid SPIFFE ID of the certificate, if it has one. */
function expectTrue(peer: Peer | undefined, der: Buffer, { uris }: World): void {
  if (peer === undefined) return
  expect(peer.certificateThumbprint).toBe(thumbprintOf(der))
  if (peer.spiffeId !== undefined) expect([peer.spiffeId]).toEqual(uris)
}

const RUNS = { numRuns: 3000 }
const atUs = (der: Buffer, uri: string, by: boolean): string => {
  return envoyElement({ der, uris: [uri], by: by ? [US] : [] })
}

describe('hostile names in a certificate never give another identity (D25)', () => {
  it('D25 called directly, by the header alone', () => {
    fc.assert(
      fc.property(world, (thief) => {
        const { der, header } = calledBy({ ...thief, front: undefined }, US)
        expectTrue(resolve({ header }, {}), der, thief)
      }),
      RUNS,
    )
  })

  it('D24 called directly, with the certificate of the connection', () => {
    fc.assert(
      fc.property(world, fc.constantFrom(0, 1, 2), (thief, trustedHops) => {
        const { der, header } = calledBy(thief, US)
        expectTrue(resolve({ header, certificate: der }, { trustedHops }), der, thief)
      }),
      RUNS,
    )
  })

  it('D24 called directly, hops are trusted, with or without the principal', () => {
    fc.assert(
      fc.property(world, fc.constantFrom(1, 2), fc.boolean(), (thief, trustedHops, hasPrincipal) => {
        const { der, header } = calledBy(thief, US)
        // Envoy: the first URI SAN, else the first DNS SAN.
        const principal = hasPrincipal ? (thief.uris[0] ?? thief.dns[0] ?? '') : ''
        expectTrue(resolve({ header, principal }, { trustedHops }), der, thief)
      }),
      RUNS,
    )
  })

  it('D23 behind one gateway that replaces the header', () => {
    fc.assert(
      fc.property(world, (thief) => {
        const { der, header } = calledBy({ ...thief, front: undefined }, MESH)
        const all = `${header},${atUs(mesh, MESH, thief.by)}`
        expectTrue(resolve({ header: all, certificate: mesh }, { trustedHops: 1 }), der, thief)
        expectTrue(resolve({ header: all, principal: MESH }, { trustedHops: 1 }), der, thief)
      }),
      RUNS,
    )
  })

  it('D23 behind the inner of two gateways, past the outer one', () => {
    fc.assert(
      fc.property(world, (thief) => {
        const { der, header } = calledBy(thief, MESH)
        const all = `${header},${atUs(mesh, MESH, thief.by)}`
        expectTrue(resolve({ header: all, certificate: mesh }, { trustedHops: 2 }), der, thief)
      }),
      RUNS,
    )
  })
})

describe('the way of an honest caller', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abzAZ09.-_'), minLength: 1, maxLength: 12 })
  const workload = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .filter((segments) => segments.every((segment) => !/^\.{1,2}$/.test(segment)))
    .map((segments) => `${TD}/${segments.join('/')}`)

  it('D23 is found from the right, whatever the proxies tell', () => {
    fc.assert(
      fc.property(workload, fc.boolean(), fc.boolean(), (id, cert, dns) => {
        const der = makeDer({ uris: [id], dns: ['a.example.org'] })
        const told = { der, uris: [id], cert, by: [MESH], dns: dns && cert ? ['a.example.org'] : [] }
        const header = `${envoyElement(told)},${atUs(mesh, MESH, true)}`
        expect(resolve({ header, certificate: mesh }, { trustedHops: 1 })?.spiffeId).toBe(id)
      }),
    )
  })
})

describe('parseForwardedClientCert', () => {
  it('D25 never throws, and what it takes has one hash an element', () => {
    const near = fc.oneof(hostileName, fc.string(), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(near, { maxLength: 3 }), (values) => {
        const parsed = parseForwardedClientCert(values)
        if (parsed.ok) for (const { hash } of parsed.value) expect(hash).toMatch(/^[0-9a-f]{64}$/)
      }),
      RUNS,
    )
  })

  it('D25 the cost is bounded for a header at the limit', () => {
    for (const text of ['Hash=', ';', ',', '"', 'Subject="', '\\', `Hash=${hexOf(mesh)},`, 'By=a;']) {
      const started = performance.now()
      parseForwardedClientCert([text.repeat(Math.ceil(32_768 / text.length)).slice(0, 32_768)])
      expect(performance.now() - started).toBeLessThan(500)
    }
  })
})
