/** Key `issuers`: whose tokens are believed, and how they are read. */
import * as z from 'zod'
import { OTHER_TOKEN_TYPES } from '../../check/token/token-types.ts'
import { listOf, text, urlFault, whole } from './fields.ts'
import { trustDomain } from './peers.ts'

const TOKEN_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const

const UNDERSTOOD_CONFIRMATIONS: ReadonlySet<string> = new Set(['jkt', 'x5t#S256'])

const keys = z
  .strictObject({
    jwksFile: text().optional().describe('File with the JWK set (RFC 7517 §5), taken up within 5 s of a change.'),
    jwksUri: text((value) => urlFault(value, ['https', 'http']))
      .optional()
      .describe('URL of the JWK set; the last good set serves on when it cannot be fetched.'),
    insecureHttp: z
      .boolean()
      .default(false)
      .describe('true lets `jwksUri` be http://, where anyone on the way can put in a key of their own.'),
  })
  .superRefine(({ jwksFile, jwksUri, insecureHttp }, context) => {
    const add = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (jwksFile === undefined && jwksUri === undefined) add([], 'names no key set; add jwksFile or jwksUri')
    if (jwksFile !== undefined && jwksUri !== undefined) {
      add(['jwksUri'], 'stands beside jwksFile; keep one, so that it is clear which keys count')
    }
    const plain = jwksUri !== undefined && /^http:/i.test(jwksUri)
    if (plain && !insecureHttp) add(['jwksUri'], 'is http://; use https://, or set insecureHttp: true beside it')
    if (!plain && insecureHttp) add(['insecureHttp'], 'weakens nothing here, as no http:// URL is used; leave it out')
  })
  .describe('The keys of the issuer: exactly one of `jwksFile` and `jwksUri`.')

const holder = z
  .strictObject({
    claim: text()
      .optional()
      .describe('Claim that names the workload that may use the token: its SPIFFE ID. Default `client_id`.'),
    kubernetes: z
      .strictObject({ trustDomain: trustDomain().describe('Trust domain of the SPIFFE IDs that are made.') })
      .optional()
      .describe(
        '`system:serviceaccount:NS:SA` in `sub` stands for `spiffe://TRUSTDOMAIN/ns/NS/sa/SA` (issuers of Kubernetes).',
      ),
  })
  .superRefine(({ claim, kubernetes }, context) => {
    if (claim === undefined && kubernetes === undefined) {
      context.addIssue({ code: 'custom', message: 'names no holder; add claim or kubernetes, or leave holder out' })
    }
    if (claim !== undefined && kubernetes !== undefined) {
      context.addIssue({ code: 'custom', path: ['kubernetes'], message: 'stands beside claim; keep one' })
    }
  })
  .default({ claim: 'client_id' })
  .describe('How a token names its holder: exactly one of `claim` and `kubernetes`.')

const tokenType = text((value) => {
  const bare = value.toLowerCase().replace(/^application\//, '')
  if (OTHER_TOKEN_TYPES.has(bare)) return 'is the type of another kind of JWT, not of an access token; leave it out'
  return /^[a-z0-9!#$&^_.+-]+$/.test(bare) ? undefined : 'is no media type; write it as in typ, such as at+jwt'
})

const issuer = z
  .strictObject({
    issuer: text().describe('`iss` of the tokens, compared exactly (RFC 9068 §4).'),
    keys,
    algorithms: listOf(z.enum(TOKEN_ALGORITHMS))
      .min(1)
      .default(['ES256', 'EdDSA', 'PS256'])
      .describe('Signature algorithms accepted (RFC 8725 §3.1).'),
    tokenTypes: listOf(tokenType)
      .default(['at+jwt'])
      .describe('Accepted `typ` values (RFC 9068 §4), with or without `application/`; [] with `insecureAnyTokenType`.'),
    insecureAnyTokenType: z
      .boolean()
      .default(false)
      .describe(
        'true, with `tokenTypes: []`, accepts any `typ` or none: other JWTs of the issuer pass as access tokens.',
      ),
    requiredClaims: listOf(text())
      .default(['sub', 'client_id', 'exp', 'iat', 'jti'])
      .describe(
        'Claims that must be there (RFC 9068 §2.2); shorten for issuers that predate it. `exp` is demanded always.',
      ),
    clockSkewSeconds: whole(0, 300).default(5).describe('Allowed difference of clocks for `exp`, `nbf` and `iat`.'),
    holder,
    insecureIgnoredConfirmations: listOf(
      text((value) =>
        UNDERSTOOD_CONFIRMATIONS.has(value) ? 'is always verified and cannot be ignored; leave it out' : undefined,
      ),
    )
      .default([])
      .describe('Members of `cnf` that may stand unverified beside a verified one (RFC 7800 §3.1).'),
  })
  .superRefine(({ tokenTypes, insecureAnyTokenType }, context) => {
    if (tokenTypes.length === 0 && !insecureAnyTokenType) {
      const message = 'is empty, so any JWT of the issuer would pass; name the types, or set insecureAnyTokenType: true'
      context.addIssue({ code: 'custom', path: ['tokenTypes'], message })
    }
    if (tokenTypes.length > 0 && insecureAnyTokenType) {
      const message = 'contradicts the list tokenTypes; set tokenTypes: [], or leave insecureAnyTokenType out'
      context.addIssue({ code: 'custom', path: ['insecureAnyTokenType'], message })
    }
  })
  .describe('One issuer of access tokens.')

export const issuers = z.array(issuer).min(1).describe('The issuers whose tokens are believed; at least one.')
