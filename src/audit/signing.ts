/** Signatures of heads: Ed25519 (RFC 8032) over the hash of the head's record, under a name of our own. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

export interface HeadSigner {
  /** Which key signs: as in HeadVerifier. */
  readonly keyId: string
  /** base64url. */
  sign(hash: string): string
}

export interface HeadVerifier {
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), hex. */
  readonly keyId: string
  verify(hash: string, signature: string): boolean
}

/** Undefined where it is no Ed25519 private key in PEM. */
export function makeHeadSigner(pem: Buffer): HeadSigner | undefined {
  const key = ed25519(() => createPrivateKey({ key: pem, format: 'pem' }))
  if (key === undefined) return undefined
  const keyId = idOf(createPublicKey(key))
  return { keyId, sign: (hash) => sign(null, signedBytes(hash), key).toString('base64url') }
}

/** Undefined where it is no Ed25519 public key in PEM. A private key is none: it has no place where one verifies. */
export function makeHeadVerifier(pem: Buffer): HeadVerifier | undefined {
  if (pem.includes('PRIVATE KEY')) return undefined
  const key = ed25519(() => createPublicKey({ key: pem, format: 'pem' }))
  if (key === undefined) return undefined
  return {
    keyId: idOf(key),
    verify: (hash, signature) => verify(null, signedBytes(hash), key, Buffer.from(signature, 'base64url')),
  }
}

function ed25519(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read()
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

function idOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

/** So that the signature means nothing elsewhere. */
function signedBytes(hash: string): Buffer {
  return Buffer.from(`holdfast audit head v1\0${hash}`, 'utf8')
}
