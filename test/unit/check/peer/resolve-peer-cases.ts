/**
 * Who a request comes from, by certificate, header and configuration; each row is one request (D8, D11, D23 to D25, B6, B11).
 * Names: the client calls through the edge gateway, then the mesh gateway; the thief has a certificate of the same mesh.
 */
import type { PeerPolicy } from '../../../../src/check/peer/peer.ts'
import type { Reason } from '../../../../src/check/reasons.ts'
import type { RequestFacts } from '../../../../src/check/request-facts.ts'
import { envoyElement, envoyPem, hexOf, makeDer, type Told } from '../../../support/certificates.ts'

const TD = 'spiffe://example.org'
export const CLIENT_ID = `${TD}/client`
export const EDGE_ID = `${TD}/edge`
export const MESH_ID = `${TD}/mesh`
const US_ID = `${TD}/us`

const leaf = (uri: string, serial: number, dns: readonly string[] = []): Buffer => makeDer({ uris: [uri], dns, serial })
export const client = leaf(CLIENT_ID, 1)
export const edge = leaf(EDGE_ID, 2)
export const mesh = leaf(MESH_ID, 3)
export const thief = leaf(`${TD}/thief`, 4)
export const foreign = leaf('spiffe://evil.example/client', 5)
export const plain = makeDer({ dns: [CLIENT_ID], serial: 6 })
export const named = leaf(CLIENT_ID, 7, ['client.example.org'])
const twoIds = makeDer({ uris: [CLIENT_ID, `${TD}/b`], serial: 8 })

/** Elements as the proxies of this mesh write them. */
const atEdge = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [EDGE_ID], ...more })
}
const atMesh = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [MESH_ID], ...more })
}
const atUs = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [US_ID], ...more })
}

const DOMAINS = new Set(['example.org'])
const policy = (changes: Partial<PeerPolicy>): PeerPolicy => {
  return { trustDomains: DOMAINS, forwardedFrom: 'none', trustedHops: 0, proxies: new Set(), ...changes }
}
const NONE = policy({})
const ENVOY = policy({ forwardedFrom: 'envoy' })
const ONE_HOP = policy({ forwardedFrom: 'envoy', trustedHops: 1, proxies: new Set([MESH_ID]) })
const TWO_HOPS = policy({ forwardedFrom: 'envoy', trustedHops: 2, proxies: new Set([EDGE_ID, MESH_ID]) })

type Facts = Pick<RequestFacts, 'peerCertificate' | 'peerPrincipal' | 'forwardedClientCert'>
const facts = (certificate: Buffer | undefined, ...elements: string[]): Facts => {
  const peerCertificate = certificate === undefined ? '' : envoyPem(certificate)
  return { peerCertificate, peerPrincipal: '', forwardedClientCert: elements.length === 0 ? [] : [elements.join(',')] }
}

export interface Expected {
  readonly spiffeId: string | undefined
  /** The certificate that binds; undefined: nobody. */
  readonly bound: Buffer | undefined
}

interface Row {
  readonly requirement: string
  readonly name: string
  readonly policy: PeerPolicy
  readonly facts: Facts
}
export type Resolved = Row & { readonly expected: Expected }
export type Refused = Row & { readonly reason: Reason }

const is = (spiffeId: string | undefined, bound: Buffer | undefined): Expected => ({ spiffeId, bound })
const good = (requirement: string, name: string, policy: PeerPolicy, facts: Facts, expected: Expected): Resolved => {
  return { requirement, name, policy, facts, expected }
}
const bad = (requirement: string, name: string, policy: PeerPolicy, facts: Facts, reason: Reason): Refused => {
  return { requirement, name, policy, facts, reason }
}

export const RESOLVED: readonly Resolved[] = [
  good('D23', 'the certificate of the connection', NONE, facts(client), is(CLIENT_ID, client)),
  good('B4', 'no certificate', NONE, facts(undefined), is(undefined, undefined)),
  good(
    'D11',
    'a principal alone is nobody',
    NONE,
    { ...facts(undefined), peerPrincipal: CLIENT_ID },
    is(undefined, undefined),
  ),
  good('D11', 'a DNS SAN that spells an ID', NONE, { ...facts(plain), peerPrincipal: CLIENT_ID }, is(undefined, plain)),
  good(
    'D23',
    'no trust domain is configured',
    policy({ trustDomains: new Set() }),
    facts(foreign),
    is(undefined, foreign),
  ),
  good(
    'D23',
    'a forged header that is not believed',
    NONE,
    facts(thief, atUs(client, CLIENT_ID)),
    is(`${TD}/thief`, thief),
  ),
  good(
    'D23',
    'a forged header without a certificate',
    NONE,
    facts(undefined, atUs(client, CLIENT_ID)),
    is(undefined, undefined),
  ),

  good(
    'D24',
    'the header describes the certificate',
    ENVOY,
    facts(client, atUs(client, CLIENT_ID)),
    is(CLIENT_ID, client),
  ),
  good(
    'D24',
    'the same with Cert and Chain',
    ENVOY,
    facts(client, atUs(client, CLIENT_ID, { cert: true, chain: true })),
    is(CLIENT_ID, client),
  ),
  good('D24', 'a header that tells no names', ENVOY, facts(client, `Hash=${hexOf(client)}`), is(CLIENT_ID, client)),
  good(
    'D24',
    'with a DNS name beside the URI',
    ENVOY,
    facts(named, atUs(named, CLIENT_ID, { dns: ['client.example.org'] })),
    is(CLIENT_ID, named),
  ),
  good('D23', 'no header, no hops', ENVOY, facts(client), is(CLIENT_ID, client)),
  good('B4', 'neither header nor certificate', ENVOY, facts(undefined), is(undefined, undefined)),
  good('B4', 'neither header nor certificate, behind hops', ONE_HOP, facts(undefined), is(undefined, undefined)),
  good('B2', 'the header alone', ENVOY, facts(undefined, atUs(client, CLIENT_ID)), is(CLIENT_ID, client)),
  good(
    'B2',
    'the header alone, with Cert',
    ENVOY,
    facts(undefined, atUs(client, CLIENT_ID, { cert: true })),
    is(CLIENT_ID, client),
  ),
  good(
    'B2',
    'the header alone, with Chain',
    ENVOY,
    facts(undefined, atUs(client, CLIENT_ID, { chain: true })),
    is(CLIENT_ID, client),
  ),
  good(
    'D25',
    'the header alone, URI and DNS, with Cert',
    ENVOY,
    facts(undefined, atUs(named, CLIENT_ID, { dns: ['client.example.org'], cert: true })),
    is(CLIENT_ID, named),
  ),
  good(
    'D11',
    'the header alone, a DNS SAN that spells an ID',
    ENVOY,
    facts(undefined, envoyElement({ der: plain, dns: [CLIENT_ID] })),
    is(undefined, plain),
  ),

  good('D23', 'one hop', ONE_HOP, facts(mesh, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)), is(CLIENT_ID, client)),
  good(
    'B11',
    'one hop, a caller without a SPIFFE ID',
    ONE_HOP,
    facts(mesh, envoyElement({ der: plain }), atUs(mesh, MESH_ID)),
    is(undefined, plain),
  ),
  good(
    'D24',
    'one hop, by header and principal',
    ONE_HOP,
    { ...facts(undefined, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)), peerPrincipal: MESH_ID },
    is(CLIENT_ID, client),
  ),
  good(
    'D25',
    'one hop, by header with Cert',
    ONE_HOP,
    facts(undefined, atMesh(client, CLIENT_ID, { cert: true }), atUs(mesh, MESH_ID, { cert: true })),
    is(CLIENT_ID, client),
  ),
  good(
    'D25',
    'two hops, each By names the next',
    TWO_HOPS,
    facts(mesh, atEdge(client, CLIENT_ID), atMesh(edge, EDGE_ID), atUs(mesh, MESH_ID)),
    is(CLIENT_ID, client),
  ),
  good(
    'D25',
    'two hops, each with Cert',
    TWO_HOPS,
    facts(
      mesh,
      atEdge(client, CLIENT_ID, { by: [], cert: true }),
      atMesh(edge, EDGE_ID, { by: [], cert: true }),
      atUs(mesh, MESH_ID),
    ),
    is(CLIENT_ID, client),
  ),
]

export const REFUSED: readonly Refused[] = [
  bad('D23', 'a foreign trust domain', NONE, facts(foreign), 'peer_untrusted'),
  bad(
    'D8',
    'two SPIFFE IDs, the first is the one wanted',
    NONE,
    { ...facts(twoIds), peerPrincipal: CLIENT_ID },
    'peer_ambiguous',
  ),
  bad('B2', 'a certificate that cannot be read', NONE, { ...facts(undefined), peerCertificate: 'x' }, 'peer_ambiguous'),
  bad('D9', 'a CA certificate', NONE, facts(makeDer({ uris: [CLIENT_ID], ca: true })), 'peer_untrusted'),

  bad('B6', 'the header is of another certificate', ENVOY, facts(thief, atUs(client, CLIENT_ID)), 'peer_ambiguous'),
  bad('D24', 'the names are of another certificate', ENVOY, facts(thief, atUs(thief, CLIENT_ID)), 'peer_ambiguous'),
  bad(
    'D24',
    'a DNS name that the certificate has not',
    ENVOY,
    facts(client, atUs(client, CLIENT_ID, { dns: ['x'] })),
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'APPEND_FORWARD keeps a forged element in front',
    ENVOY,
    facts(thief, atUs(client, CLIENT_ID), atUs(thief, `${TD}/thief`)),
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'a forged element behind',
    ENVOY,
    facts(thief, atUs(thief, `${TD}/thief`), atUs(client, CLIENT_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'two fields',
    ENVOY,
    { ...facts(client), forwardedClientCert: [atUs(client, CLIENT_ID), atUs(client, CLIENT_ID)] },
    'peer_ambiguous',
  ),
  bad('D25', 'an empty field', ENVOY, { ...facts(client), forwardedClientCert: [''] }, 'peer_ambiguous'),
  bad(
    'D25',
    'Cert is of another certificate than Hash',
    ENVOY,
    facts(undefined, cross({ cert: true })),
    'peer_ambiguous',
  ),
  bad('D25', 'the leaf of Chain is another', ENVOY, facts(undefined, cross({ chain: true })), 'peer_ambiguous'),
  bad(
    'D25',
    'Cert cannot be read',
    ENVOY,
    facts(undefined, `Hash=${hexOf(client)};Cert="x";URI=${CLIENT_ID}`),
    'peer_ambiguous',
  ),
  bad(
    'D25',
    'URI and DNS without Cert',
    ENVOY,
    facts(undefined, atUs(client, CLIENT_ID, { dns: ['x'] })),
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'a foreign trust domain in the header',
    ENVOY,
    facts(undefined, atUs(foreign, 'spiffe://evil.example/client')),
    'peer_untrusted',
  ),
  bad('D9', 'the ID of a trust domain in the header', ENVOY, facts(undefined, atUs(client, TD)), 'peer_untrusted'),

  bad('D23', 'behind one hop, no header', ONE_HOP, facts(mesh), 'peer_ambiguous'),
  bad('D23', 'behind one hop, the hop alone', ONE_HOP, facts(mesh, atUs(mesh, MESH_ID)), 'peer_ambiguous'),
  bad(
    'D23',
    'behind one hop, two before the last',
    ONE_HOP,
    facts(mesh, atEdge(client, CLIENT_ID), atMesh(edge, EDGE_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'the direct peer is no proxy',
    ONE_HOP,
    facts(thief, atMesh(client, CLIENT_ID), atUs(thief, `${TD}/thief`)),
    'peer_untrusted',
  ),
  bad(
    'B6',
    'the direct peer claims to be the proxy',
    ONE_HOP,
    facts(thief, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D24',
    'a header without certificate and principal',
    ONE_HOP,
    facts(undefined, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D24',
    'the principal is another',
    ONE_HOP,
    { ...facts(undefined, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)), peerPrincipal: EDGE_ID },
    'peer_ambiguous',
  ),
  bad(
    'D23',
    'the hop has no SPIFFE ID',
    ONE_HOP,
    facts(plain, atMesh(client, CLIENT_ID), envoyElement({ der: plain })),
    'peer_untrusted',
  ),
  bad(
    'D23',
    'the hop is of a foreign trust domain',
    ONE_HOP,
    facts(foreign, atMesh(client, CLIENT_ID), atUs(foreign, 'spiffe://evil.example/client')),
    'peer_untrusted',
  ),
  bad(
    'D23',
    'hops are trusted, but no trust domain is',
    { ...ONE_HOP, trustDomains: new Set() },
    facts(mesh, atMesh(client, CLIENT_ID), atUs(mesh, MESH_ID)),
    'peer_untrusted',
  ),
  bad(
    'D23',
    'the caller behind the hop is foreign',
    ONE_HOP,
    facts(mesh, atMesh(foreign, 'spiffe://evil.example/client'), atUs(mesh, MESH_ID)),
    'peer_untrusted',
  ),
  bad(
    'D23',
    'one between is no proxy',
    TWO_HOPS,
    facts(
      mesh,
      atEdge(client, CLIENT_ID, { cert: true }),
      atMesh(thief, `${TD}/thief`, { cert: true }),
      atUs(mesh, MESH_ID),
    ),
    'peer_untrusted',
  ),
  bad(
    'D25',
    'two hops, By names another',
    TWO_HOPS,
    facts(mesh, atMesh(client, CLIENT_ID), atMesh(edge, EDGE_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D25',
    'two hops, no By and no Cert',
    TWO_HOPS,
    facts(mesh, atEdge(client, CLIENT_ID, { by: [] }), atMesh(edge, EDGE_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
  bad(
    'D25',
    'two hops that are one',
    TWO_HOPS,
    facts(mesh, atMesh(client, CLIENT_ID), atMesh(mesh, MESH_ID), atUs(mesh, MESH_ID)),
    'peer_ambiguous',
  ),
]

/** The element of the client, with the PEM of the thief in it. */
function cross(more: Partial<Told>): string {
  return atUs(client, CLIENT_ID, more).replace(envoyPem(client), envoyPem(thief))
}
