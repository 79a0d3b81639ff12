/**
 * The other side of the check: what honest clients and issuers make. DPoP keys and proofs (RFC 9449 §4.2) and access
 * tokens (RFC 9068), through jose, so that minting shares no code with checking.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { PROOF_ALGORITHM_NAMES, PROOF_ALGORITHMS, type ProofAlgorithm } from '../check/proof/proof-algorithms.ts'
import { ok, type Result } from '../check/result.ts'

export interface SigningKey {
  readonly algorithm: ProofAlgorithm
  readonly privateKey: CryptoKey
  /** The public members only, as a proof's header shows them. */
  readonly publicJwk: JWK
  /** RFC 7638, SHA-256: what `cnf.jkt` holds. */
  readonly thumbprint: string
}

/** A fresh key; `jwk` is its private form, with `alg`, for keeping. RSA keys have 2048 bits. */
export async function newSigningKey(algorithm: ProofAlgorithm = 'ES256'): Promise<{ key: SigningKey; jwk: JWK }> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk: JWK = { ...(await exportJWK(privateKey)), alg: algorithm }
  return { key: await signingKey(privateKey, jwk, algorithm), jwk }
}

/** Reads a private JWK; the error says in constant words what is wrong with it, and shows no byte of it. */
export async function readSigningKey(text: string): Promise<Result<SigningKey, string>> {
  const jwk = parseObject(text)
  if (jwk === undefined) return { ok: false, error: 'is not JSON that holds one JWK' }
  if (jwk.d === undefined) return { ok: false, error: 'holds no private key (member "d"): a public key cannot sign' }
  const algorithm = algorithmOf(jwk)
  if (algorithm === undefined) {
    return {
      ok: false,
      error: `is a key for none of ${PROOF_ALGORITHM_NAMES.join(', ')}: set its "alg", "kty" and "crv"`,
    }
  }
  try {
    const privateKey = await importJWK({ ...jwk, ext: true }, algorithm)
    if (privateKey instanceof Uint8Array) return { ok: false, error: 'is a secret, not a private key' }
    return ok(await signingKey(privateKey, jwk, algorithm))
  } catch {
    return { ok: false, error: `is no usable private key for ${algorithm}` }
  }
}

function parseObject(text: string): JWK | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JWK) : undefined
  } catch {
    return undefined
  }
}

/** `alg` where the key names one that fits it; else the first that fits. */
function algorithmOf(jwk: JWK): ProofAlgorithm | undefined {
  const fits = PROOF_ALGORITHM_NAMES.filter((name) => {
    const row = PROOF_ALGORITHMS[name]
    return row.kty === jwk.kty && ('crv' in row ? row.crv : undefined) === jwk.crv
  })
  return jwk.alg === undefined ? fits[0] : fits.find((name) => name === jwk.alg)
}

async function signingKey(privateKey: CryptoKey, jwk: JWK, algorithm: ProofAlgorithm): Promise<SigningKey> {
  const publicJwk = publicPart(jwk)
  return { algorithm, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

/** A proof must show no private member (RFC 9449 §4.3 item 7); only what the thumbprint covers is shown. */
function publicPart(jwk: JWK): JWK {
  const { kty = '', crv = '', x = '', y = '', e = '', n = '' } = jwk
  return kty === 'EC' ? { kty, crv, x, y } : kty === 'OKP' ? { kty, crv, x } : { kty, e, n }
}

export interface ProofRequest {
  readonly method: string
  /** Query and fragment are cut off: `htu` is without them (RFC 9449 §4.2). */
  readonly url: string
  readonly token?: string | undefined
  readonly nonce?: string | undefined
  /** Default: a random UUID. */
  readonly jti?: string | undefined
  readonly iatSeconds: number
}

/** One DPoP proof for one request. */
export function mintProof(key: SigningKey, request: ProofRequest): Promise<string> {
  const claims = {
    jti: request.jti ?? randomUUID(),
    htm: request.method,
    htu: request.url.replace(/[?#].*$/s, ''),
    iat: request.iatSeconds,
    ...(request.token === undefined ? {} : { ath: createHash('sha256').update(request.token).digest('base64url') }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  }
  const header = { typ: 'dpop+jwt', alg: key.algorithm, jwk: key.publicJwk }
  return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey)
}

/** One access token by the issuer's key: `claims` as they stand, under the header of RFC 9068 §2.1. */
export function mintToken(key: SigningKey, claims: Readonly<Record<string, unknown>>): Promise<string> {
  const header = { typ: 'at+jwt', alg: key.algorithm, kid: key.thumbprint }
  return new SignJWT({ ...claims }).setProtectedHeader(header).sign(key.privateKey)
}
