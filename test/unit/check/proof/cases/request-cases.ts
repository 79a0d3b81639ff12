/** A10 to A16, A19 to A22: the request, the time, the token and the key that the proof has to be about. */
import { createHash } from 'node:crypto'
import { makeKey, signJws } from '../../../../support/jws.ts'
import { type DpopCase, type Honest, NOW_SECONDS, ORIGIN, onRequest, sign, TOKEN, withPayload } from './honest.ts'

type Row = readonly [title: string, mutate: DpopCase['mutate']]

const rows = (requirement: string, reason: DpopCase['reason'], cases: readonly Row[]): DpopCase[] =>
  cases.map(([title, mutate]) => ({ requirement, title, reason, mutate }))
const htu = (value: string, title = `htu ${JSON.stringify(value)}`): Row => [title, withPayload({ htu: value })]
const both = (value: string, path: string): Row => [
  `htu ${JSON.stringify(value)} for ${JSON.stringify(path)}`,
  (h) => ({ proof: withPayload({ htu: value })(h), request: { path } }),
]

const OTHER_METHODS: readonly Row[] = [
  ['htm in lower case', withPayload({ htm: 'post' })],
  ['htm GET on POST', withPayload({ htm: 'GET' })],
  ['htm with a space', withPayload({ htm: 'POST ' })],
  ['POST proof on GET', onRequest({ method: 'GET' })],
  ['GET proof on HEAD', (h) => ({ proof: withPayload({ htm: 'GET' })(h), request: { method: 'HEAD' } })],
  ['no method in the Check', onRequest({ method: '' })],
]

const OTHER_TARGETS: readonly Row[] = [
  htu('https://evil.example.com/v1/payments'),
  htu('https://api.example.com.evil.example/v1/payments'),
  htu('https://api.example.com:8443/v1/payments'),
  htu('http://api.example.com/v1/payments'),
  htu('http://api.example.com:443/v1/payments'),
  htu(`${ORIGIN}/v1/refunds`),
  htu(`${ORIGIN}/v1`),
  htu(`${ORIGIN}/v1/payments/1`),
  htu(`${ORIGIN}/v1/payments/`),
  htu(`${ORIGIN}/v1/Payments`),
  htu(`${ORIGIN}`),
  htu('/v1/payments'),
  htu('api.example.com/v1/payments'),
  ['no path in the Check (CONNECT)', onRequest({ path: '' })],
  [
    'another origin of the route: proof and token carried to another service',
    onRequest({ origin: 'https://b.example.com' }),
  ],
]
const SAME_TARGETS: readonly Row[] = [
  htu(`${ORIGIN}/v1/payments?a=1`),
  htu(`${ORIGIN}/v1/payments#top`),
  htu(`${ORIGIN}/v1/payments?a=1#top?b`),
  ['request with a query', onRequest({ path: '/v1/payments?next=/../x%zz' })],
]

const at = (iat: number) => withPayload({ iat })

const TIMES: readonly DpopCase[] = [
  ...rows('A16', 'ok', [
    ['iat exactly maxAgeSeconds back', at(NOW_SECONDS - 60)],
    ['iat exactly futureSkewSeconds ahead', at(NOW_SECONDS + 10)],
    [
      'fractional iat at the edge',
      (h) => ({ proof: at(NOW_SECONDS - 59.877)(h), request: { nowMs: NOW_SECONDS * 1000 + 123 } }),
    ],
    ['iat now', at(NOW_SECONDS)],
  ]),
  ...rows('A16', 'proof_stale', [
    ['iat one millisecond too far back', at(NOW_SECONDS - 60.001)],
    ['iat one second too far back', at(NOW_SECONDS - 61)],
    ['iat an hour back', at(NOW_SECONDS - 3600)],
    ['iat 0', at(0)],
    ['iat -0', at(-0)],
  ]),
  ...rows('A16', 'proof_future', [
    ['iat one millisecond too far ahead', at(NOW_SECONDS + 10.001)],
    ['iat one second too far ahead', at(NOW_SECONDS + 11)],
    ['iat an hour ahead', at(NOW_SECONDS + 3600)],
    ['iat in milliseconds', at(NOW_SECONDS * 1000)],
    ['iat as large as a number can be', at(Number.MAX_VALUE)],
    ['the clock of the replica stepped back', onRequest({ nowMs: (NOW_SECONDS - 12) * 1000 })],
  ]),
  ...rows('A9', 'ok', [
    ['exp and nbf that hold', withPayload({ exp: NOW_SECONDS + 1, nbf: NOW_SECONDS - 1 })],
    ['nbf ahead within the skew', withPayload({ nbf: NOW_SECONDS + 10 })],
  ]),
  ...rows('A9', 'proof_stale', [
    ['exp passed', withPayload({ exp: NOW_SECONDS - 1 })],
    ['exp now', withPayload({ exp: NOW_SECONDS })],
  ]),
  ...rows('A9', 'proof_future', [['nbf ahead', withPayload({ nbf: NOW_SECONDS + 11 })]]),
  ...rows('A9', 'proof_malformed', [
    ['exp a string', withPayload({ exp: String(NOW_SECONDS + 60) })],
    ['exp null', withPayload({ exp: null })],
    ['exp negative', withPayload({ exp: -1 })],
    ['nbf a string', withPayload({ nbf: '0' })],
    ['nbf an object', withPayload({ nbf: {} })],
  ]),
]

const JTI: readonly DpopCase[] = [
  ...rows('A19', 'proof_malformed', [
    ['jti of 257 octets', withPayload({ jti: 'j'.repeat(257) })],
    ['jti of 129 characters in 258 octets', withPayload({ jti: 'é'.repeat(129) })],
    ['jti of 10 kB', withPayload({ jti: 'j'.repeat(10_000) })],
    [
      'jti with a lone surrogate',
      (h) => signJws(h.header, JSON.stringify({ ...h.payload, jti: '' }).replace('"jti":""', '"jti":"\\udc00"'), h.key),
    ],
  ]),
  ...rows('A19', 'ok', [
    ['jti of 256 octets', withPayload({ jti: 'j'.repeat(256) })],
    ['jti of 128 characters in 256 octets', withPayload({ jti: 'é'.repeat(128) })],
    ['jti with NUL, newline, colon and braces', withPayload({ jti: 'a\u0000\n:{}b' })],
  ]),
  ...rows('A20', 'ok', [['jti that counts', withPayload({ jti: '1' })]]),
]

const digest = (algorithm: string, text: string) => createHash(algorithm).update(text)
const ath = digest('sha256', TOKEN).digest('base64url')
/** 43 characters hold two spare bits: this decodes to the same octets. */
const spareBits = ath.slice(0, -1) + String.fromCharCode(ath.charCodeAt(ath.length - 1) + 1)

const ATH: readonly Row[] = [
  ['ath of another token', withPayload({ ath: digest('sha256', `${TOKEN}x`).digest('base64url') })],
  ['ath in hex', withPayload({ ath: digest('sha256', TOKEN).digest('hex') })],
  ['ath padded', withPayload({ ath: `${ath}=` })],
  ['ath by SHA-1', withPayload({ ath: digest('sha1', TOKEN).digest('base64url') })],
  ['ath by SHA-512', withPayload({ ath: digest('sha512', TOKEN).digest('base64url') })],
  ['ath over the scheme too', withPayload({ ath: digest('sha256', `DPoP ${TOKEN}`).digest('base64url') })],
  ['ath with other spare bits', withPayload({ ath: spareBits })],
  ['ath in plain base64', withPayload({ ath: digest('sha256', TOKEN).digest('base64') })],
  ['ath that is the token', withPayload({ ath: TOKEN })],
  ['a token with one character changed', onRequest({ token: `${TOKEN.slice(0, -1)}k` })],
  ['a token with a space behind', onRequest({ token: `${TOKEN} ` })],
]

const thief = makeKey('ES256')
const byThief = (h: Honest) => sign({ ...h, key: thief, header: { ...h.header, jwk: thief.jwk } })
const jkt = (change: (thumbprint: string) => string) => (h: Honest) => onRequest({ jkt: change(h.key.thumbprint) })(h)

const BINDING: readonly Row[] = [
  ['proof by the key of a thief, ath right', byThief],
  ['token bound to the key of somebody else', onRequest({ jkt: thief.thumbprint })],
  ['jkt empty', jkt(() => '')],
  ['jkt padded', jkt((text) => `${text}=`)],
  ['jkt in another case', jkt((text) => text.toUpperCase())],
  ['jkt in hex', jkt((text) => Buffer.from(text, 'base64url').toString('hex'))],
  ['jkt equal only after trimming', jkt((text) => `\u00a0${text}`)],
]

export const REQUEST_CASES: readonly DpopCase[] = [
  ...rows('A10', 'proof_target_mismatch', OTHER_METHODS),
  ...rows('A10', 'ok', [
    ['a method of our own', (h) => ({ proof: withPayload({ htm: 'PURGE' })(h), request: { method: 'PURGE' } })],
  ]),
  ...rows('A11', 'proof_target_mismatch', OTHER_TARGETS),
  ...rows('A11', 'ok', SAME_TARGETS),
  ...rows('A12', 'ok', [
    both('HTTPS://API.Example.com:443/%7euser/./a', '/~user/a'),
    both(`${ORIGIN}:/a`, '/a'),
    both(`${ORIGIN}/a%2fb`, '/a%2Fb'),
    both(ORIGIN, '/'),
  ]),
  ...rows('A12', 'proof_target_mismatch', [
    both(`${ORIGIN}/a/b`, '/a%2Fb'),
    both(`${ORIGIN}/a`, '//a'),
    both(`${ORIGIN}:0443/a`, '/a'),
    both(`${ORIGIN}./a`, '/a'),
    both('https://user@api.example.com/a', '/a'),
  ]),
  ...rows('A14', 'proof_target_mismatch', [
    both('https://evil.example/x', '//evil.example/x'),
    both('https://evil.example/x', 'https://evil.example/x'),
    both(`${ORIGIN}/a/b`, '/a\\b'),
    both(`${ORIGIN}/ab`, '/a\tb'),
    both(`${ORIGIN}/`, '*'),
  ]),
  ...TIMES,
  ...JTI,
  ...rows('A21', 'proof_token_mismatch', ATH),
  ...rows('A22', 'proof_key_mismatch', BINDING),
]
