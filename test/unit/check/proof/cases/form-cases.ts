/** A2 to A5, A8, A9: the form of the proof, its claims, `typ`, `alg`, `crit`. */
import { createHmac } from 'node:crypto'
import { encode } from '../../../../support/jws.ts'
import { type DpopCase, type Honest, sign, withHeader, withPayload, withText } from './honest.ts'

const header = (h: Honest) => h.header
const payload = (h: Honest) => h.payload
const json = (part: object) => JSON.stringify(part)
const parts = (h: Honest) => sign(h).split('.') as [string, string, string]

type Row = readonly [title: string, mutate: DpopCase['mutate']]

const FORM: readonly Row[] = [
  ['empty', () => ''],
  ['text that is no JWS', () => 'not-a-jwt'],
  ['two parts', (h) => parts(h).slice(0, 2).join('.')],
  ['four parts', (h) => `${sign(h)}.AAAA`],
  ['five parts, as a JWE has', (h) => `${sign(h)}.AAAA.AAAA`],
  ['empty signature', (h) => `${parts(h).slice(0, 2).join('.')}.`],
  ['empty header', (h) => `.${parts(h).slice(1).join('.')}`],
  ['empty payload', (h) => `${parts(h)[0]}..${parts(h)[2]}`],
  ['padded signature', (h) => `${sign(h)}==`],
  ['a space inside', (h) => sign(h).replace('.', '. ')],
  ['a newline at the end', (h) => `${sign(h)}\n`],
  ['a leading space', (h) => ` ${sign(h)}`],
  ['a tab inside', (h) => sign(h).replace('.', '\t.')],
  ['an exclamation mark, as Envoy puts for what is no UTF-8', (h) => sign(h).replace('.', '!.')],
  ['the same proof twice, joined by a comma', (h) => `${sign(h)},${sign(h)}`],
  ['the same proof twice, joined by comma and space', (h) => `${sign(h)}, ${sign(h)}`],
  ['JWS JSON serialization', (h) => json({ protected: parts(h)[0], payload: parts(h)[1], signature: parts(h)[2] })],
  ['1 MB', (h) => `${sign(h)}${'A'.repeat(1_000_000)}`],
  ['one character above the limit', (h) => sign(h).padEnd(8_193, 'A')],
  ['plain base64 alphabet', (h) => `${parts(h).slice(0, 2).join('.')}.${'+/'.repeat(43)}`],
  ['header that is an array', withText((h) => json([h.header]), payload)],
  ['header that is a string', withText(() => '"dpop+jwt"', payload)],
  ['header that is no JSON', withText((h) => `${json(h.header)}}`, payload)],
  ['payload that is an array', withText(header, (h) => json([h.payload]))],
  ['payload that is null', withText(header, () => 'null')],
  ['payload with a BOM', withText(header, (h) => `\ufeff${json(h.payload)}`)],
  ['a member twice in the header', withText((h) => json(h.header).replace('{', '{"alg":"ES256",'), payload)],
  ['a member twice in the jwk', withText((h) => json(h.header).replace('"kty"', '"kty":"EC","kty"'), payload)],
  ['a member twice in the payload', withText(header, (h) => json(h.payload).replace('{', '{"htm":"GET",'))],
  ['a member twice, once escaped', withText(header, (h) => json(h.payload).replace('{', '{"ht\\u006d":"GET",'))],
  [
    'deeply nested JSON',
    withText(header, (h) => json(h.payload).replace('{', `{"a":${'['.repeat(2000)}${']'.repeat(2000)},`)),
  ],
  ['a lone surrogate', withText(header, (h) => json(h.payload).replace('{', '{"a":"\\ud800",'))],
]

const TEXT_CLAIMS = ['jti', 'htm', 'htu', 'ath'] as const
const WRONG_TEXTS: readonly (readonly [string, unknown])[] = [
  ['absent', undefined],
  ['null', null],
  ['a number', 1],
  ['true', true],
  ['an array', ['POST']],
  ['an object', {}],
  ['empty', ''],
]
const WRONG_DATES: readonly (readonly [string, unknown])[] = [
  ['absent', undefined],
  ['null', null],
  ['a string', '1799999999'],
  ['true', true],
  ['an array', [1_799_999_999]],
  ['an object', {}],
  ['negative', -1],
  ['the smallest int64', -(2 ** 63)],
]
const bigNumber = (claim: string) =>
  withText(header, (h) => json({ ...h.payload, [claim]: 0 }).replace(`"${claim}":0`, `"${claim}":1e400`))

const CLAIMS: readonly Row[] = [
  ...TEXT_CLAIMS.flatMap((claim) =>
    WRONG_TEXTS.map(([what, value]): Row => [`${claim} ${what}`, withPayload({ [claim]: value })]),
  ),
  ...WRONG_DATES.map(([what, value]): Row => [`iat ${what}`, withPayload({ iat: value })]),
  ['iat 1e400', bigNumber('iat')],
  ['nonce that is no string', withPayload({ nonce: 1 })],
  ['nonce null', withPayload({ nonce: null })],
]

const OTHER_TYPES: readonly unknown[] = [
  undefined,
  null,
  '',
  'JWT',
  'jwt',
  'at+jwt',
  'wpt+jwt',
  'wit+jwt',
  'secevent+jwt',
  'logout+jwt',
  'statuslist+jwt',
  'txntoken+jwt',
  'dbsc+jwt',
  'oauth-client-attestation-pop+jwt',
  'dpop+jwt+x',
  'jwt+dpop',
  'dpop+jwt ',
  'dpop',
  ['dpop+jwt'],
  'text/dpop+jwt',
  'application/application/dpop+jwt',
  'application/dpop+jwt; v=1',
  { typ: 'dpop+jwt' },
]
const OUR_TYPES = ['DPoP+JWT', 'application/dpop+jwt', 'Application/DPOP+jwt']

function withMac(secret: (h: Honest) => string | Buffer): DpopCase['mutate'] {
  return (h) => {
    const input = `${encode({ ...h.header, alg: 'HS256' })}.${encode(h.payload)}`
    return `${input}.${createHmac('sha256', secret(h)).update(input).digest('base64url')}`
  }
}
const pem = (h: Honest) => h.key.publicKey.export({ format: 'pem', type: 'spki' })
const der = (h: Honest) => h.key.publicKey.export({ format: 'der', type: 'spki' })
/** The header says so; the signature is ES256 all the same. */
const saysAlg = (alg: unknown) => withText((h) => ({ ...h.header, alg }), payload)

const ALGORITHMS: readonly Row[] = [
  ['absent', saysAlg(undefined)],
  ...[
    'none',
    'None',
    'noNE',
    'es256',
    ' ES256',
    'ES256K',
    'RSA-OAEP',
    'RS384',
    'PS512',
    '',
    'toString',
    '__proto__',
  ].map((alg): Row => [`"${alg}"`, saysAlg(alg)]),
  ['none, with a signature of one octet', (h) => `${encode({ ...h.header, alg: 'none' })}.${encode(h.payload)}.AA`],
  ['an array', saysAlg(['ES256'])],
  ['null', saysAlg(null)],
  ['HS256 with the public key as secret (PEM)', withMac(pem)],
  ['HS256 with the public key as secret (DER)', withMac(der)],
  ['HS256 with any secret', withMac(() => 'secret')],
]

const EXTENSIONS: readonly Row[] = [
  ['crit with an unknown name', withHeader({ crit: ['x'], x: 1 })],
  ['crit empty', withHeader({ crit: [] })],
  ['crit with a name twice', withHeader({ crit: ['x', 'x'], x: 1 })],
  ['crit with a standard name', withHeader({ crit: ['alg'] })],
  ['crit with an absent name', withHeader({ crit: ['exp'] })],
  ['crit that is a string', withHeader({ crit: 'b64' })],
  ['crit null', withHeader({ crit: null })],
  ['b64 false', withHeader({ b64: false })],
  ['b64 false in crit', withHeader({ crit: ['b64'], b64: false })],
  ['b64 true in crit', withHeader({ crit: ['b64'], b64: true })],
  ['b64 of the wrong type', withHeader({ b64: 'true' })],
  [
    'b64 false and a payload signed as it stands',
    (h) => `${encode({ ...h.header, crit: ['b64'], b64: false })}..${parts(h)[2]}`,
  ],
]

const rows = (requirement: string, reason: DpopCase['reason'], cases: readonly Row[], what = ''): DpopCase[] =>
  cases.map(([title, mutate]) => ({ requirement, title: what + title, reason, mutate }))

export const FORM_CASES: readonly DpopCase[] = [
  ...rows('A2', 'proof_malformed', FORM),
  ...rows('A3', 'proof_malformed', CLAIMS),
  ...rows(
    'A4',
    'proof_type',
    OTHER_TYPES.map((typ): Row => [JSON.stringify(typ) ?? 'absent', withHeader({ typ })]),
    'typ ',
  ),
  ...rows(
    'A4',
    'ok',
    OUR_TYPES.map((typ): Row => [typ, withHeader({ typ })]),
    'typ ',
  ),
  ...rows('A5', 'proof_algorithm', ALGORITHMS, 'alg '),
  ...rows('A8', 'proof_malformed', EXTENSIONS),
  ...rows('A9', 'ok', [
    ['an unknown header parameter', withHeader({ tx_id: 'a' })],
    ['an unknown claim', withPayload({ foo: { bar: [1] } })],
    ['b64 true, which is how it is anyway', withHeader({ b64: true })],
  ]),
  ...rows('C12', 'proof_type', [
    [
      'a client assertion as proof',
      withText(
        (h) => ({ ...h.header, typ: 'JWT' }),
        (h) => ({ ...h.payload, iss: 'c', sub: 'c', aud: 'as', exp: 1_800_000_060 }),
      ),
    ],
    ['an access token with our claims as proof', withHeader({ typ: 'at+jwt' })],
  ]),
]
