/** What is sent in each case, and the reason that must come back: a figure of a wrong answer is worth nothing. */
import { decodeCheckResponse } from '../support/envoy-messages.ts'
import { makeKey } from '../support/jws.ts'
import { checkBytes, makeProof, type World } from './world.ts'

export interface BenchCase {
  readonly name: string
  /** Of the dynamic metadata of every answer. */
  readonly reason: string
  /**
   * Makes the requests of one block before the clock runs.
   * @param nonce a fresh one: the server is younger than its fence
   * @param before what the case ahead of this one sent
   */
  requests(count: number, nonce: string, before: readonly Buffer[]): Buffer[]
}

/** In the order in which they run: `replay` sends again what `dpop` has sent. */
export function makeCases(world: World): readonly BenchCase[] {
  const { tokens, certificatePem, holderKey } = world
  const thiefKey = makeKey('ES256')
  const dpop = (key: typeof holderKey, nonce: string): Buffer =>
    checkBytes('dpop', { authorization: `DPoP ${tokens.dpop}`, proof: makeProof(key, tokens.dpop, nonce) })
  const constant = (request: Buffer) => (count: number) => Array.from({ length: count }, () => request)
  const fresh = (make: (nonce: string) => Buffer) => (count: number, nonce: string) =>
    Array.from({ length: count }, () => make(nonce))
  return [
    {
      name: 'bearer',
      reason: 'ok',
      requests: constant(checkBytes('bearer', { authorization: `Bearer ${tokens.bearer}` })),
    },
    {
      name: 'certificate',
      reason: 'ok',
      requests: constant(checkBytes('certificate', { authorization: `Bearer ${tokens.certificate}`, certificatePem })),
    },
    { name: 'dpop', reason: 'ok', requests: fresh((nonce) => dpop(holderKey, nonce)) },
    { name: 'replay', reason: 'proof_replayed', requests: (_count, _nonce, before) => [...before] },
    { name: 'no_credentials', reason: 'token_missing', requests: constant(checkBytes('dpop', {})) },
    { name: 'foreign_key', reason: 'proof_key_mismatch', requests: fresh((nonce) => dpop(thiefKey, nonce)) },
    { name: 'foreign_keys', reason: 'proof_key_mismatch', requests: fresh((nonce) => dpop(makeKey('ES256'), nonce)) },
  ]
}

/** The nonce that the server hands out when a proof came without one. */
export async function fetchNonce(world: World, call: (request: Buffer) => Promise<Buffer>): Promise<string> {
  const { tokens, holderKey } = world
  const proof = makeProof(holderKey, tokens.dpop, undefined)
  const answer = await call(checkBytes('dpop', { authorization: `DPoP ${tokens.dpop}`, proof }))
  const nonce = /dpop-nonce..([A-Za-z0-9_-]{32})/.exec(answer.toString('latin1'))?.[1]
  if (nonce === undefined) throw new Error('the server gave no nonce')
  return nonce
}

/** The reason that an answer tells, for a message. */
export function reasonOf(answer: Buffer): string {
  return decodeCheckResponse(answer).dynamic_metadata?.fields['reason']?.stringValue ?? 'none'
}

/** Allow is a CheckResponse whose status is empty; the reason of a denial stands in its metadata. */
export function isExpected(answer: Buffer, reason: string): boolean {
  return reason === 'ok' ? answer[0] === 0x0a && answer[1] === 0 : answer.includes(reason, 0, 'latin1')
}
