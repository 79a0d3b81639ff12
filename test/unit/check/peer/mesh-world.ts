/**
 * The world of resolved-cases.ts and refused-cases.ts: certificates, what proxies write of them, configurations. The client calls through the edge gateway, then the mesh gateway; the thief has a certificate of the same mesh.
 */
import type { PeerPolicy } from '../../../../src/check/peer/peer.ts'
import type { Reason } from '../../../../src/check/reasons.ts'
import type { RequestFacts } from '../../../../src/check/request-facts.ts'
import { envoyElement, envoyPem, makeDer, type Told } from '../../../support/certificates.ts'

export const TD = 'spiffe://example.org'
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
export const twoIds = makeDer({ uris: [CLIENT_ID, `${TD}/b`], serial: 8 })

/** Elements as the proxies of this mesh write them. */
export const atEdge = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [EDGE_ID], ...more })
}
export const atMesh = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [MESH_ID], ...more })
}
export const atUs = (der: Buffer, uri: string, more: Partial<Told> = {}): string => {
  return envoyElement({ der, uris: [uri], by: [US_ID], ...more })
}

const DOMAINS = new Set(['example.org'])
export const policy = (changes: Partial<PeerPolicy>): PeerPolicy => {
  return { trustDomains: DOMAINS, forwardedFrom: 'none', trustedHops: 0, proxies: new Set(), ...changes }
}
export const NONE = policy({})
export const ENVOY = policy({ forwardedFrom: 'envoy' })
export const ONE_HOP = policy({ forwardedFrom: 'envoy', trustedHops: 1, proxies: new Set([MESH_ID]) })
export const TWO_HOPS = policy({ forwardedFrom: 'envoy', trustedHops: 2, proxies: new Set([EDGE_ID, MESH_ID]) })

type Facts = Pick<RequestFacts, 'peerCertificate' | 'peerPrincipal' | 'forwardedClientCert'>
export const facts = (certificate: Buffer | undefined, ...elements: string[]): Facts => {
  const peerCertificate = certificate === undefined ? '' : envoyPem(certificate)
  // Without include_peer_certificate Envoy still tells a principal where it saw a certificate.
  const peerPrincipal = certificate === undefined && elements.length > 0 ? 'O=whoever' : ''
  return { peerCertificate, peerPrincipal, forwardedClientCert: elements.length === 0 ? [] : [elements.join(',')] }
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

export const is = (spiffeId: string | undefined, bound: Buffer | undefined): Expected => ({ spiffeId, bound })
export const good = (
  requirement: string,
  name: string,
  policy: PeerPolicy,
  facts: Facts,
  expected: Expected,
): Resolved => {
  return { requirement, name, policy, facts, expected }
}
export const bad = (requirement: string, name: string, policy: PeerPolicy, facts: Facts, reason: Reason): Refused => {
  return { requirement, name, policy, facts, reason }
}
