/**
 * Who a request is from, as short as a nonce can carry it: what two holders of one key are told apart by (docs/clones.md).
 * It names nobody and grants nothing: a nonce counts whoever brings it.
 */
import { hash } from 'node:crypto'
import { lengthPrefixed } from '../codec/length-prefix.ts'
import type { Peer } from '../peer/peer.ts'
import type { RequestFacts } from '../request-facts.ts'

/** As far as the sender of a request was seen. */
export interface SenderFacts {
  /** SPIFFE ID of the peer; undefined without one that is believed. */
  readonly peer: string | undefined
  /** `x5t#S256` of the peer's certificate; undefined without one. */
  readonly certificate: string | undefined
  /** Address of the connection's peer, without the port; '' when Envoy gave none. */
  readonly address: string
}

/** 24 bits: two holders of one key get the same tag once in 17 million, and are then not told apart. */
export const HOLDER_TAG_BYTES = 3

export function senderOf(peer: Peer, { sourceAddress }: Pick<RequestFacts, 'sourceAddress'>): SenderFacts {
  return { peer: peer.spiffeId, certificate: peer.certificateThumbprint, address: sourceAddress }
}

/**
 * What makes two senders one holder: the workload, else the certificate, else the address. Pods of one service account are
 * one holder; so is a workload behind several addresses, or with a renewed certificate.
 */
export function holderOf({ peer, certificate, address }: SenderFacts): string {
  return peer ?? certificate ?? address
}

/** HOLDER_TAG_BYTES octets, the same on every replica. */
export function holderTag(sender: SenderFacts): Buffer {
  return hash('sha256', lengthPrefixed('holdfast holder', holderOf(sender)), 'buffer').subarray(0, HOLDER_TAG_BYTES)
}
