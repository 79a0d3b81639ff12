/**
 * A public key on a curve as PEM (RFC 5480 §2, RFC 8410 §4), out of the coordinates of a JWK. node:crypto takes the JWK itself,
 * at more than twice the price: it looks for a key object in it first, by exceptions. Keys that nobody knows are what an
 * attacker sends, so this price is his to choose.
 */
import type { ProofAlgorithmRow } from './proof-algorithms.ts'

type Curve = NonNullable<ProofAlgorithmRow['crv']>

/** SubjectPublicKeyInfo up to the coordinates; 04 at the end of the EC ones: an uncompressed point follows (SEC 1 §2.3.3). */
const HEADS: Readonly<Record<Curve, Buffer>> = {
  'P-256': Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'),
  'P-384': Buffer.from('3076301006072a8648ce3d020106052b8104002203620004', 'hex'),
  'P-521': Buffer.from('30819b301006072a8648ce3d020106052b810400230381860004', 'hex'),
  Ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
}

/** The coordinates are strict base64url of the curve's length; `y` is empty for Ed25519. OpenSSL judges the point. */
export function publicKeyPem(curve: Curve, x: string, y: string): string {
  const info = Buffer.concat([HEADS[curve], Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return `-----BEGIN PUBLIC KEY-----\n${info.toString('base64')}\n-----END PUBLIC KEY-----\n`
}
