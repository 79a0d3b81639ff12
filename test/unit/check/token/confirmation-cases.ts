/** Wrong bindings in `cnf` (A22, A27, B2, C15). */
import { claims, type TokenCase } from './token-case.ts'
import { CERTIFICATE_HASH, THUMBPRINT } from './token-fixture.ts'

export const CONFIRMATIONS: readonly TokenCase[] = [
  claims('A27', 'no cnf', { cnf: undefined }, 'ok'),
  claims('A27', 'cnf with jkt', {}, 'ok'),
  claims('A27', 'cnf with x5t#S256', { cnf: { 'x5t#S256': CERTIFICATE_HASH } }, 'ok'),
  claims('A27', 'cnf with both', { cnf: { 'x5t#S256': CERTIFICATE_HASH, jkt: THUMBPRINT } }, 'ok'),
  ...['kid', 'jku', 'jwe', 'osc', 'jwk', 'x5t', 'spiffe', 'JKT', 'jkt ', '__proto__'].flatMap((name) => [
    claims('C15', `cnf with ${name} only`, { cnf: { [name]: THUMBPRINT } }, 'binding_unsupported'),
    claims('A27', `cnf with jkt and ${name}`, { cnf: { jkt: THUMBPRINT, [name]: THUMBPRINT } }, 'binding_unsupported'),
  ]),
  claims('A27', 'cnf with jkt and a member that may be ignored', { cnf: { jkt: THUMBPRINT, kid: 'a' } }, 'ok', {
    ignoredConfirmations: new Set(['kid']),
  }),
  claims('A27', 'cnf with nothing but a member that may be ignored', { cnf: { kid: 'a' } }, 'binding_unsupported', {
    ignoredConfirmations: new Set(['kid']),
  }),
  claims(
    'A27',
    'an understood member is never ignored',
    { cnf: { 'x5t#S256': CERTIFICATE_HASH, jkt: 'x' } },
    'binding_unsupported',
    {
      ignoredConfirmations: new Set(['jkt', 'x5t#S256']),
    },
  ),
  ...[
    ['a text', THUMBPRINT],
    ['a list', [{ jkt: THUMBPRINT }]],
    ['an empty object', {}],
    ['null', null],
    ['true', true],
    ['zero', 0],
  ].map(([title, cnf]) => claims('A22', `cnf ${title}`, { cnf }, 'binding_unsupported')),
  ...[
    ['empty', ''],
    ['padded', `${THUMBPRINT}=`],
    ['in hex', Buffer.from(THUMBPRINT, 'base64url').toString('hex')],
    ['a byte short', Buffer.alloc(31, 7).toString('base64url')],
    ['a byte long', Buffer.alloc(33, 7).toString('base64url')],
    ['with trailing bits', `${THUMBPRINT.slice(0, -1)}J`],
    ['with white space', ` ${THUMBPRINT}`],
    ['with a no-break space', `${THUMBPRINT}\u00a0`],
    ['in the base64 alphabet', Buffer.alloc(32, 0xfb).toString('base64').replace('=', '')],
    ['null', null],
    ['a number', 7],
    ['a list', [THUMBPRINT]],
  ].flatMap(([title, value]) => [
    claims('A22', `jkt ${title}`, { cnf: { jkt: value } }, 'binding_unsupported'),
    claims('B2', `x5t#S256 ${title}`, { cnf: { 'x5t#S256': value } }, 'binding_unsupported'),
  ]),
]
