import { describe, expect, it } from 'vitest'
import { REVOCATION_KINDS, type RevocationKind } from '../../../../src/check/revocation/revocation.ts'
import { EXAMPLES, normaliseRevocationValue } from '../../../../src/check/revocation/revocation-value.ts'

const HEX = '0380ed2f626650c840b2f263e6d2b29fae12ab39ae5db32b25ad27efad72e6fd'
const X5T = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
const WITH_COLONS = (HEX.match(/../g) ?? []).join(':').toUpperCase()
const SERIAL = 'serial=a1b issuer=CN=ca,O=example'
const ISSUER = 'https://as.example.com'

type Row = readonly [kind: RevocationKind, name: string, value: string, issuer?: string]
type Taken = readonly [kind: RevocationKind, name: string, value: string, issuer: string | undefined, normal: string]

const TAKEN: readonly Taken[] = [
  ['token', 'a hash', HEX, undefined, HEX],
  ['token', 'a hash in upper case', HEX.toUpperCase(), undefined, HEX],
  ['token', 'a jti', 'jti 1/ü', ISSUER, 'jti 1/ü'],
  ['token', 'a hash with an issuer', HEX.toUpperCase(), ISSUER, HEX],
  ['token', 'the longest jti', 'x'.repeat(256), ISSUER, 'x'.repeat(256)],
  ['session', 'any text', '08a5-ü', undefined, '08a5-ü'],
  ['session', 'with an issuer', 's', ISSUER, 's'],
  ['subject', 'any text', 'system:serviceaccount:ci:runner', undefined, 'system:serviceaccount:ci:runner'],
  ['client', 'any text', 'Client 1', ISSUER, 'Client 1'],
  ['key', 'a thumbprint', X5T, undefined, X5T],
  ['certificate', 'x5t#S256', X5T, undefined, X5T],
  ['certificate', 'a fingerprint', HEX, undefined, X5T],
  ['certificate', 'a fingerprint with colons', WITH_COLONS, undefined, X5T],
  ['certificate', 'serial and issuer', 'serial=0A:1B issuer=O = Example, CN = CA', undefined, SERIAL],
  ['certificate', 'issuer and serial', 'issuer=CN=CA,O=Example serial=0A1B', undefined, SERIAL],
  ['workload', 'a SPIFFE ID', 'spiffe://td/a', undefined, 'spiffe://td/a'],
  ['workload', 'a prefix', 'spiffe://td/a/*', undefined, 'spiffe://td/a/*'],
  ['workload', 'all of a trust domain', 'spiffe://td/*', undefined, 'spiffe://td/*'],
  ['trust-domain', 'a name', 'example.org', undefined, 'example.org'],
  ['issuer', 'a URL, as it stands', 'https://AS.example.com/', undefined, 'https://AS.example.com/'],
]

const REFUSED: readonly Row[] = [
  ['token', 'a jti without an issuer', 'jti-1'],
  ['token', 'a hash of 63 digits', HEX.slice(1)],
  ['token', 'a hash as base64url', X5T],
  ['token', 'a jti that is too long', 'x'.repeat(257), ISSUER],
  ['token', 'an empty issuer', HEX, ''],
  ['session', 'nothing', ''],
  ['session', 'a line feed', 'a\nb'],
  ['session', 'an escape', 'a\u001b[2J'],
  ['session', 'a lone surrogate', '\ud800'],
  ['session', 'more than a claim may have', 'x'.repeat(2049)],
  ['subject', 'more bytes than a claim may have', 'ü'.repeat(1025)],
  ['client', 'an issuer with a control character', 'c', 'https://a\u0000'],
  ['key', 'hex', HEX],
  ['key', 'padding', `${X5T}=`],
  ['key', 'trailing bits', `${X5T.slice(0, -1)}1`],
  ['key', 'too short', X5T.slice(1)],
  ['key', 'an issuer', X5T, ISSUER],
  ['certificate', 'colons in the wrong places', `${HEX.slice(0, 3)}:${HEX.slice(3)}`],
  ['certificate', 'a serial without its issuer', 'serial=0A1B'],
  ['certificate', 'an issuer in a form that is not read', 'serial=0A1B issuer=/O=Example/CN=CA'],
  ['certificate', 'SHA-1', HEX.slice(0, 40)],
  ['certificate', 'padding', `${X5T}=`],
  ['certificate', 'an issuer', X5T, ISSUER],
  ['workload', 'no scheme', 'td/a'],
  ['workload', 'upper case', 'spiffe://TD/a'],
  ['workload', 'the trust domain itself', 'spiffe://td'],
  ['workload', 'a star inside a segment', 'spiffe://td/a*'],
  ['workload', 'an issuer', 'spiffe://td/a', ISSUER],
  ['trust-domain', 'a SPIFFE ID', 'spiffe://td'],
  ['trust-domain', 'upper case', 'Example.org'],
  ['issuer', 'nothing', ''],
  ['issuer', 'an issuer beside it', ISSUER, ISSUER],
]

describe('normaliseRevocationValue', () => {
  it.each(TAKEN)('%s: takes %s', (kind, _name, value, issuer, normal) => {
    expect(normaliseRevocationValue(kind, value, issuer)).toEqual({ ok: true, value: normal })
  })

  it.each(TAKEN)('%s: its normal form of %s is its own normal form', (kind, _name, _value, issuer, normal) => {
    expect(normaliseRevocationValue(kind, normal, issuer)).toEqual({ ok: true, value: normal })
  })

  it.each(REFUSED.map(([kind, name, value, issuer]) => [kind, name, value, issuer] as const))(
    '%s: refuses %s, with an example',
    (kind, _name, value, issuer) => {
      const result = normaliseRevocationValue(kind, value, issuer)
      expect(result.ok ? undefined : result.error.message).toContain(`for example: ${kind} ${EXAMPLES[kind]}`)
    },
  )

  it('does not repeat the value: it may be a secret put in by mistake', () => {
    for (const [kind, , value, issuer] of REFUSED.filter(([, , text]) => text.length > 10 && text.length < 100)) {
      const result = normaliseRevocationValue(kind, value, issuer)
      const message = result.ok ? '' : result.error.message.replace(EXAMPLES[kind], '')
      expect(message).not.toContain(value)
    }
  })

  it.each(REVOCATION_KINDS)('%s: the example of the help is right', (kind) => {
    expect(normaliseRevocationValue(kind, EXAMPLES[kind], undefined)).toEqual({ ok: true, value: EXAMPLES[kind] })
  })
})
