/**
 * The key under which a used proof is remembered, and the short name of who used it (A17, A19). Scope: a gateway and a
 * sidecar may both check one request. Thumbprint: nobody can burn the jti of another client's key.
 */
import { hash } from 'node:crypto'
import { lengthPrefixed } from '../codec/length-prefix.ts'

const SENDER_BYTES = 8

/** 32 bytes. The same for a jti of any length or content: nothing of it can steer a store (`{}`, `:`, NUL). */
export function replayKey(scope: string, thumbprint: string, jti: string): Buffer {
  return hash('sha256', lengthPrefixed(scope, thumbprint, jti), 'buffer')
}

/**
 * Eight bytes that tell senders apart in the log of a replay.
 * @param peer SPIFFE ID of the peer, else the thumbprint of its certificate, else undefined
 * @param address of the connection's peer, without the port
 */
export function senderHash(peer: string | undefined, address: string): Buffer {
  return hash('sha256', lengthPrefixed(peer ?? '', address), 'buffer').subarray(0, SENDER_BYTES)
}
