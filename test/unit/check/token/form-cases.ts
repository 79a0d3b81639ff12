/** Wrong forms: serialization, encryption, JSON and base64url (C9, C10, C13, C19). */
import { encode, signJws } from '../../../support/jws.ts'
import { type TokenCase, text } from './token-case.ts'
import { HEADER, KEYS, makeToken, PAYLOAD, signRaw } from './token-fixture.ts'

const HEADER_TEXT = JSON.stringify(HEADER)

export const FORMS: readonly TokenCase[] = [
  text('C9', 'JSON serialization', () => jsonForm(makeToken()), 'token_malformed'),
  text('C9', 'JSON serialization with a compact-looking member', () => `{"a":"${makeToken()}"}`, 'token_malformed'),
  text('C9', 'two parts', () => makeToken().split('.').slice(0, 2).join('.'), 'token_malformed'),
  text('C9', 'four parts', () => `${makeToken()}.e30`, 'token_malformed'),
  text('C9', 'one part', () => 'opaque', 'token_malformed'),
  text('C9', 'nothing', () => '', 'token_malformed'),
  text('C9', 'an empty header', () => makeToken().replace(/^[^.]*/, ''), 'token_malformed'),
  text('C9', 'an empty payload', () => makeToken().replace(/\.[^.]*\./, '..'), 'token_malformed'),
  text('C9', 'larger than may be', () => makeToken({ payload: { x: 'x'.repeat(20_000) } }), 'token_malformed'),
  text(
    'C10',
    'a JWE of five parts',
    () => `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' })}.a.b.c.d`,
    'token_malformed',
  ),
  text(
    'C10',
    'a JWE with a high p2c',
    () => `${encode({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31 })}.a.b.c.d`,
    'token_malformed',
  ),
  text('C10', 'a nested JWT', () => signJws({ ...HEADER, cty: 'JWT' }, makeToken(), KEYS.issuer), 'token_malformed'),
  text(
    'C13',
    'payload in UTF-16',
    () => signRaw(HEADER_TEXT, Buffer.from(JSON.stringify(PAYLOAD), 'utf16le')),
    'token_malformed',
  ),
  text('C13', 'payload with BOM', () => signRaw(HEADER_TEXT, `\ufeff${JSON.stringify(PAYLOAD)}`), 'token_malformed'),
  text(
    'C13',
    'payload with an overlong sequence',
    () => signRaw(HEADER_TEXT, withSubject(Buffer.from([0xc0, 0xaf]))),
    'token_malformed',
  ),
  text(
    'C13',
    'payload with raw surrogates',
    () => signRaw(HEADER_TEXT, withSubject(Buffer.from([0xed, 0xa0, 0x80]))),
    'token_malformed',
  ),
  text(
    'C13',
    'payload with a lone surrogate',
    () => signRaw(HEADER_TEXT, withSubject(Buffer.from('\\ud800'))),
    'token_malformed',
  ),
  text('C13', 'payload with non-ASCII text', () => signRaw(HEADER_TEXT, withSubject(Buffer.from('\\u00fcü'))), 'ok'),
  ...(['iss', 'cnf', 'aud', 'exp'] as const).map((name) =>
    text('C13', `duplicate ${name}`, () => signRaw(HEADER_TEXT, duplicate(name)), 'token_malformed'),
  ),
  text(
    'C13',
    'duplicate iss, one name escaped',
    () => signRaw(HEADER_TEXT, duplicate('iss').replace('"iss"', '"\\u0069ss"')),
    'token_malformed',
  ),
  text(
    'C13',
    'duplicate alg in the header',
    () => signRaw('{"typ":"at+jwt","alg":"none","alg":"ES256","kid":"k1"}', JSON.stringify(PAYLOAD)),
    'token_malformed',
  ),
  text(
    'C13',
    'deeply nested JSON',
    () => signRaw(HEADER_TEXT, `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`),
    'token_malformed',
  ),
  text('C13', 'payload a list', () => signRaw(HEADER_TEXT, '[]'), 'token_malformed'),
  text('C13', 'payload null', () => signRaw(HEADER_TEXT, 'null'), 'token_malformed'),
  ...base64Cases(),
]

function jsonForm(token: string): string {
  const [header, payload, signature] = token.split('.')
  return JSON.stringify({ protected: header, payload, signature })
}

/** The payload with these bytes inside the text of `sub`. */
function withSubject(bytes: Buffer): Buffer {
  const [before = '', after = ''] = JSON.stringify({ ...PAYLOAD, sub: 'HERE' }).split('HERE')
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)])
}

function duplicate(name: keyof typeof PAYLOAD): string {
  return `{"${name}":${JSON.stringify(PAYLOAD[name])},${JSON.stringify(PAYLOAD).slice(1)}`
}

/** C19: each text decodes, in Node's lenient decoder, to the same bytes as the valid token, and none may pass. */
function base64Cases(): TokenCase[] {
  const changes: [string, (part: string) => string][] = [
    ['a ! inserted', (part) => `${part.slice(0, 5)}!${part.slice(5)}`],
    ['a space inserted', (part) => `${part.slice(0, 5)} ${part.slice(5)}`],
    ['a newline inserted', (part) => `${part.slice(0, 5)}\n${part.slice(5)}`],
    ['a CR LF at the end', (part) => `${part}\r\n`],
    ['a tab at the start', (part) => `\t${part}`],
    ['a NUL inserted', (part) => `${part.slice(0, 5)}\0${part.slice(5)}`],
    ['a brace at the start', (part) => `{${part}`],
    ['a percent sign inserted', (part) => `${part.slice(0, 5)}%${part.slice(5)}`],
    ['a letter beyond ASCII inserted', (part) => `${part.slice(0, 5)}\u00e9${part.slice(5)}`],
    ['a full-width letter for the first', (part) => String.fromCharCode(part.charCodeAt(0) + 0xfee0) + part.slice(1)],
    ['one = at the end', (part) => `${part}=`],
    ['two = at the end', (part) => `${part}==`],
    ['one = in the middle', (part) => `${part.slice(0, 4)}=${part.slice(4)}`],
    ['a lone character at the end', (part) => `${part}${'A'.repeat(1 + ((4 - (part.length % 4)) % 4))}`],
    ['the other alphabet', (part) => `${part.slice(0, -2)}+/`],
  ]
  const rows = [0, 1, 2].flatMap((index) =>
    changes.map(([title, change]) =>
      text('C19', `${title}, part ${index + 1}`, () => changePart(makeToken(), index, change), 'token_malformed'),
    ),
  )
  // 64 bytes of signature end in a character with four spare bits, whatever the bytes are.
  const spare = (part: string) => part.slice(0, -1) + String.fromCharCode(part.charCodeAt(part.length - 1) + 1)
  rows.push(text('C19', 'spare bits set', () => changePart(makeToken(), 2, spare), 'token_malformed'))
  return rows
}

function changePart(token: string, index: number, change: (part: string) => string): string {
  return token
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.')
}
