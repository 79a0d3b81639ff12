/**
 * Makes any JWS, right or wrong in one place: header, payload and even the JSON text are the test's to choose. Independent of
 * the code under test: node:crypto only.
 */
import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface TestKey {
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Public members only, as in a proof's header. */
  readonly jwk: Record<string, string>
  /** RFC 7638 thumbprint. */
  readonly thumbprint: string
}

export function makeKey(alg = 'ES256'): TestKey {
  const { privateKey, publicKey } = generate(alg)
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>
  return { alg, privateKey, publicKey, jwk, thumbprint: thumbprintOf(jwk) }
}

function generate(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (alg) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'ES384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' })
    case 'ES512':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' })
    case 'EdDSA':
    case 'Ed25519':
      return generateKeyPairSync('ed25519')
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}

export function thumbprintOf(jwk: Record<string, string>): string {
  const names =
    jwk['kty'] === 'EC' ? ['crv', 'kty', 'x', 'y'] : jwk['kty'] === 'OKP' ? ['crv', 'kty', 'x'] : ['e', 'kty', 'n']
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])))
  return createHash('sha256').update(text).digest('base64url')
}

/** Signs with the key's own algorithm unless the test names another; strings are taken as JSON text as they stand. */
export function signJws(
  header: object | string,
  payload: object | string,
  key: TestKey,
  alg: string = key.alg,
): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${signBytes(input, key, alg).toString('base64url')}`
}

export function signBytes(input: string, key: TestKey, alg: string = key.alg): Buffer {
  const data = Buffer.from(input)
  if (alg.startsWith('ES')) {
    return sign(alg === 'ES512' ? 'sha512' : `sha${alg.slice(2)}`, data, {
      key: key.privateKey,
      dsaEncoding: 'ieee-p1363',
    })
  }
  if (alg.startsWith('Ed')) return sign(null, data, key.privateKey)
  const padding = alg.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return sign('sha256', data, { key: key.privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
}

export function encode(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

export function sha256Base64Url(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
