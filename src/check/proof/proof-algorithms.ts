/** The signature algorithms of proofs, as a table: what the key must be, and how node:crypto verifies (A5, A7). */
export interface ProofAlgorithmRow {
  readonly kty: 'EC' | 'OKP' | 'RSA'
  readonly crv?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519'
  /** Digest for node:crypto; null where the algorithm brings its own. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null
  /** Bytes of the signature, where it is fixed (ECDSA in IEEE P1363 form, Ed25519). */
  readonly signatureBytes?: number
  readonly padding?: 'pss' | 'pkcs1'
}

export const PROOF_ALGORITHMS = {
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256', signatureBytes: 64 },
  ES384: { kty: 'EC', crv: 'P-384', digest: 'sha384', signatureBytes: 96 },
  ES512: { kty: 'EC', crv: 'P-521', digest: 'sha512', signatureBytes: 132 },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', digest: null, signatureBytes: 64 },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', digest: null, signatureBytes: 64 },
  PS256: { kty: 'RSA', digest: 'sha256', padding: 'pss' },
  RS256: { kty: 'RSA', digest: 'sha256', padding: 'pkcs1' },
} as const satisfies Record<string, ProofAlgorithmRow>

export type ProofAlgorithm = keyof typeof PROOF_ALGORITHMS

export const PROOF_ALGORITHM_NAMES = Object.keys(PROOF_ALGORITHMS) as readonly ProofAlgorithm[]
