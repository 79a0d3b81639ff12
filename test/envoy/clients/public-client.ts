/** What the tests want of a public DPoP client, whatever library and language it is of. */
import type { JWK } from 'jose'
import type { ProofAlgorithm } from '../../../src/check/proof/proof-algorithms.ts'

export interface Call {
  readonly method: string
  /** As the user of the library would write it: not ASCII perhaps. */
  readonly url: string
  readonly body?: string
}

/** One HTTP request that the library sent of its own accord. */
export interface Exchange {
  readonly status: number
  /** Of its proof. */
  readonly nonce: string | undefined
  /** Handed out in the answer. */
  readonly nextNonce: string | undefined
}

export interface Outcome {
  /** In order: the retry of the library is one more. */
  readonly exchanges: readonly Exchange[]
  /** What the user of the library is given: the body of the last answer, or what was thrown. */
  readonly body: string | undefined
  readonly error: string | undefined
}

export interface Credentials {
  /** Private. */
  readonly jwk: JWK
  readonly algorithm: ProofAlgorithm
  readonly token: string
  /** File with the authority of the server's certificate. */
  readonly caFile: string
}

export interface PublicClient {
  readonly name: string
  /** The first is the usual one. */
  readonly algorithms: readonly [ProofAlgorithm, ...ProofAlgorithm[]]
  /** True when it takes the next nonce from a success too (RFC 9449 §8.2). */
  readonly takesNextNonce: boolean
  /** Makes all calls with one instance, in turn, or all at once after the first. */
  run(credentials: Credentials, calls: readonly Call[], together?: boolean): Promise<readonly Outcome[]>
}

/** `nonce` claim of a proof, unverified. */
export function nonceIn(proof: string | null): string | undefined {
  const [, payload = ''] = (proof ?? '').split('.')
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { nonce?: string }).nonce
}
