/** A6, A7: the key in the header and the signature by it. */
import { sign as signWith } from 'node:crypto'
import { encode, makeKey, signBytes, signJws, type TestKey } from '../../../../support/jws.ts'
import { type DpopCase, type Honest, sign, testKey, withHeader, withJwk } from './honest.ts'

type Row = readonly [title: string, mutate: DpopCase['mutate']]

const other = makeKey('ES256')
const otherOfCurve = makeKey('ES384')
const rows = (
  requirement: string,
  reason: DpopCase['reason'],
  cases: readonly Row[],
  alg?: DpopCase['alg'],
): DpopCase[] =>
  cases.map(([title, mutate]) => ({
    requirement,
    title: alg === undefined ? title : `${title} (${alg})`,
    reason,
    mutate,
    ...(alg === undefined ? {} : { alg }),
  }))

/** Flips one bit of one part. */
function flip(part: 0 | 1 | 2, change: (octets: Buffer) => void): DpopCase['mutate'] {
  return (h) => {
    const parts = sign(h).split('.')
    const octets = Buffer.from(parts[part] as string, 'base64url')
    change(octets)
    parts[part] = octets.toString('base64url')
    return parts.join('.')
  }
}
const lastBit = (octets: Buffer) => {
  octets[octets.length - 1] = (octets.at(-1) as number) ^ 1
}
const signedBy = (key: TestKey) => (h: Honest) => signJws(h.header, h.payload, key, h.key.alg)
const withSignature = (make: (input: string, h: Honest) => Buffer) => (h: Honest) => {
  const input = `${encode(h.header)}.${encode(h.payload)}`
  return `${input}.${make(input, h).toString('base64url')}`
}

const SIGNATURE: readonly Row[] = [
  ['one bit of the signature flipped', flip(2, lastBit)],
  [
    'one bit of the jti flipped',
    flip(1, (octets) => {
      octets[octets.indexOf('e1j3')] = 0x66
    }),
  ],
  ['signed by another key', signedBy(other)],
  ['signed by another key that kid names', (h) => signJws({ ...h.header, kid: other.thumbprint }, h.payload, other)],
  ['signature of zeros', withSignature(() => Buffer.alloc(64))],
  ['signature in DER', withSignature((input, h) => signWith('sha256', Buffer.from(input), h.key.privateKey))],
  ['signature one octet short', (h) => sign(h).slice(0, -2)],
  ['signature one octet long', withSignature((input, h) => Buffer.concat([signBytes(input, h.key), Buffer.alloc(1)]))],
]

const JWK: readonly Row[] = [
  ['jwk absent', withHeader({ jwk: undefined })],
  ['jwk null', withHeader({ jwk: null })],
  ['jwk a string', (h) => withHeader({ jwk: JSON.stringify(h.key.jwk) })(h)],
  ['jwk an array', (h) => withHeader({ jwk: [h.key.jwk] })(h)],
  ['jwk empty', withHeader({ jwk: {} })],
  ['jwk a number', withHeader({ jwk: 1 })],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map(
    (name): Row => [`jwk with ${name}`, withJwk({ [name]: 'AQAB' })],
  ),
  ['jwk with d null', withJwk({ d: null })],
  ['jwk that is the private key', (h) => withHeader({ jwk: h.key.privateKey.export({ format: 'jwk' }) })(h)],
  ['kty oct', withHeader({ jwk: { kty: 'oct', k: 'c2VjcmV0' } })],
  ['kty oct without k', withJwk({ kty: 'oct' })],
  [
    'no jwk, but jku, x5u, x5c and kid',
    withHeader({
      jwk: undefined,
      jku: 'https://example.com/jwks',
      x5u: 'https://example.com/x',
      x5c: ['MIIB'],
      kid: 'a',
    }),
  ],
]

const shorter = (text: string) => Buffer.from(text, 'base64url').subarray(1).toString('base64url')
const longer = (text: string) => Buffer.concat([Buffer.alloc(1), Buffer.from(text, 'base64url')]).toString('base64url')
const onJwk = (change: (jwk: Record<string, string>) => Record<string, unknown>) => (h: Honest) =>
  withJwk(change(h.key.jwk))(h)
/** The header says ES256, whatever the key. */
const keyOf = (key: TestKey) => (h: Honest) => signJws({ ...h.header, jwk: key.jwk }, h.payload, key)
const twice = (name: string) => onJwk((jwk) => ({ [name]: [jwk[name], jwk[name]] }))

const FIT: readonly Row[] = [
  ['ES256 with a P-384 key', keyOf(otherOfCurve)],
  ['ES256 with an Ed25519 key', keyOf(testKey('Ed25519'))],
  ['ES256 with an RSA key', keyOf(testKey('RS256'))],
  ['crv in another case', withJwk({ crv: 'p-256' })],
  ['crv absent', withJwk({ crv: undefined })],
  ['crv secp256k1', withJwk({ crv: 'secp256k1' })],
  ['kty in another case', withJwk({ kty: 'ec' })],
  ['point off the curve', onJwk((jwk) => ({ y: jwk['x'] }))],
  ['point at zero', withJwk({ x: 'A'.repeat(43), y: 'A'.repeat(43) })],
  ['x above the field', withJwk({ x: Buffer.alloc(32, 0xff).toString('base64url') })],
  ['x one octet short', onJwk((jwk) => ({ x: shorter(jwk['x'] as string) }))],
  ['x with a leading zero octet', onJwk((jwk) => ({ x: longer(jwk['x'] as string) }))],
  ['y with a leading zero octet', onJwk((jwk) => ({ y: longer(jwk['y'] as string) }))],
  ['y absent', withJwk({ y: undefined })],
  ['x padded', onJwk((jwk) => ({ x: `${jwk['x']}=` }))],
  ['x with an illegal character', onJwk((jwk) => ({ x: `${jwk['x']}!` }))],
  ['x in an array', twice('x')],
  ['use enc', withJwk({ use: 'enc' })],
  ['use in an array', withJwk({ use: ['sig'] })],
  ['use null', withJwk({ use: null })],
  ['key_ops encrypt', withJwk({ key_ops: ['encrypt'] })],
  ['key_ops sign only', withJwk({ key_ops: ['sign'] })],
  ['key_ops empty', withJwk({ key_ops: [] })],
  ['key_ops a string', withJwk({ key_ops: 'verify' })],
  ['key_ops with verify twice', withJwk({ key_ops: ['verify', 'verify'] })],
  ['key_ops with a number', withJwk({ key_ops: ['verify', 1] })],
  ['alg of the jwk another', withJwk({ alg: 'ES384' })],
  ['alg of the jwk in another case', withJwk({ alg: 'es256' })],
  ['alg of the jwk null', withJwk({ alg: null })],
]

const modulus = (bits: number) => {
  const octets = Buffer.alloc(Math.ceil(bits / 8), 0xff)
  octets[0] = 0xff >> (octets.length * 8 - bits)
  return octets.toString('base64url')
}
const RSA: readonly Row[] = [
  ['modulus of 1024 bits', withJwk({ n: modulus(1024) })],
  ['modulus of 2047 bits', withJwk({ n: modulus(2047) })],
  ['modulus of 4097 bits', withJwk({ n: modulus(4097) })],
  ['modulus of 16384 bits', withJwk({ n: modulus(16_384) })],
  ['modulus with a leading zero octet', onJwk((jwk) => ({ n: longer(jwk['n'] as string) }))],
  ['even modulus', withJwk({ n: Buffer.concat([Buffer.alloc(255, 0xff), Buffer.alloc(1)]).toString('base64url') })],
  ['modulus absent', withJwk({ n: undefined })],
  ['e 1', withJwk({ e: 'AQ' })],
  ['e 2', withJwk({ e: 'Ag' })],
  ['e 0', withJwk({ e: 'AA' })],
  ['e even', withJwk({ e: 'AQAA' })],
  ['e with a leading zero octet', withJwk({ e: 'AAEAAQ' })],
  ['e of five octets', withJwk({ e: 'AQAAAAE' })],
  ['e of 256 octets', withJwk({ e: modulus(2048) })],
  ['e empty', withJwk({ e: '' })],
  ['kty OKP', withJwk({ kty: 'OKP' })],
]

const ED25519: readonly Row[] = [
  ['crv X25519', withJwk({ crv: 'X25519' })],
  ['crv Ed448', withJwk({ crv: 'Ed448' })],
  ['x one octet short', onJwk((jwk) => ({ x: shorter(jwk['x'] as string) }))],
  ['alg of the jwk of another family', withJwk({ alg: 'ES256' })],
]

const IGNORED: readonly Row[] = [
  ['use sig', withJwk({ use: 'sig' })],
  ['key_ops verify', withJwk({ key_ops: ['verify'] })],
  ['key_ops with verify among others', withJwk({ key_ops: ['encrypt', 'verify'] })],
  ['alg of the jwk equal', withJwk({ alg: 'ES256' })],
  ['kid and ext in the jwk', withJwk({ kid: 'a', ext: true })],
  [
    'jku, x5u, x5c and kid beside a good jwk',
    withHeader({ jku: 'https://example.com/jwks', x5u: 'https://example.com/x', x5c: ['MIIB'], kid: other.thumbprint }),
  ],
]

/** Where (r, s) verifies, (r, n - s) does too; single use goes by jti, not by this text. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const twinSignature = (h: Honest): string => {
  const [head, body, signature] = sign(h).split('.') as [string, string, string]
  const octets = Buffer.from(signature, 'base64url')
  const s = P256_ORDER - BigInt(`0x${octets.subarray(32).toString('hex')}`)
  octets.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex'), 32)
  return `${head}.${body}.${octets.toString('base64url')}`
}

export const KEY_CASES: readonly DpopCase[] = [
  ...rows('A6', 'proof_signature', SIGNATURE),
  ...rows('A6', 'proof_key', JWK),
  ...rows('A6', 'ok', [['the other signature that ECDSA allows (n - s)', twinSignature]]),
  ...rows('A7', 'proof_key', FIT),
  ...rows('A7', 'proof_key', RSA, 'RS256'),
  ...rows('A7', 'proof_key', RSA, 'PS256'),
  ...rows('A7', 'proof_key', ED25519, 'Ed25519'),
  ...rows(
    'A7',
    'proof_signature',
    [['signed with PSS padding', (h) => signJws(h.header, h.payload, h.key, 'PS256')]],
    'RS256',
  ),
  ...rows(
    'A7',
    'proof_signature',
    [['signed with PKCS #1 padding', (h) => signJws(h.header, h.payload, h.key, 'RS256')]],
    'PS256',
  ),
  ...rows('A7', 'ok', [['alg of the jwk Ed25519', withJwk({ alg: 'Ed25519' })]], 'EdDSA'),
  ...rows('A7', 'ok', [['alg of the jwk EdDSA', withJwk({ alg: 'EdDSA' })]], 'Ed25519'),
  ...rows('A6', 'ok', IGNORED),
]
