/** Key `routes`: what is protected, and what is demanded there. */
import * as z from 'zod'
import { parseSpiffePattern } from '../../check/peer/spiffe-id.ts'
import { normaliseOrigin } from '../../check/proof/htu.ts'
import { PROOF_ALGORITHM_NAMES } from '../../check/proof/proof-algorithms.ts'
import { limitSeconds, listOf, section, text, urlFault, whole } from './fields.ts'
import { authorityFault, match } from './match.ts'

const MAX_ROUTES = 200
const ACCEPTED = ['dpop', 'certificate', 'workload', 'insecureBearer'] as const

const name = text((value) =>
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/.test(value)
    ? undefined
    : 'is no name for a route; use up to 128 letters, digits and . _ - : /, starting with a letter or digit',
)

const origin = text((value) => {
  const authority = /^https?:\/\/(.*)$/i.exec(value)?.[1]
  if (authority === undefined) return 'is no origin; write https://host or https://host:port'
  if (/[/?#]/.test(authority)) return 'holds more than scheme and authority; leave out what follows the host and port'
  if (authority.includes('@')) return 'holds a user or password; leave them out'
  return authorityFault(authority) === undefined && normaliseOrigin(value) !== undefined
    ? undefined
    : 'has no valid authority; write https://host or https://host:port'
})

const binding = z
  .strictObject({
    anyOf: listOf(z.enum(ACCEPTED))
      .optional()
      .describe(
        'At least one of these must tie the token to its sender: `dpop` (`cnf.jkt`, RFC 9449 §6), `certificate` (`cnf.x5t#S256`, RFC 8705 §3), `workload` (the holder is the peer), `insecureBearer` (no tie is demanded).',
      ),
    allOf: listOf(z.enum(ACCEPTED)).optional().describe('All of these must; instead of `anyOf`.'),
  })
  .superRefine(({ anyOf, allOf }, context) => {
    const add = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    if (anyOf === undefined && allOf === undefined) add([], 'names no binding; add anyOf or allOf')
    if (anyOf !== undefined && allOf !== undefined) add(['allOf'], 'stands beside anyOf; keep one')
    if (anyOf?.length === 0) add(['anyOf'], 'is empty, so nothing could pass; name at least one binding')
    if (allOf?.length === 0) add(['allOf'], 'is empty, so anything could pass; name at least one binding')
    const bearer = allOf?.indexOf('insecureBearer') ?? -1
    if (bearer !== -1)
      add(['allOf', bearer], 'demands no binding, so it cannot be one of all; move it to anyOf or leave it out')
  })
  .default({ anyOf: ['dpop', 'certificate'] })
  .describe('What must tie the token to its sender: exactly one of `anyOf` and `allOf`.')

const scopeToken = text((value) =>
  /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
    ? undefined
    : 'is no scope; write one scope-token per item, without spaces or quotes (RFC 6749 §3.3)',
)

const peerPattern = text((value) =>
  parseSpiffePattern(value) === undefined
    ? 'is no SPIFFE ID; write it in full, or a prefix that ends in /*, such as spiffe://example.org/ns/a/*'
    : undefined,
)

const route = z
  .strictObject({
    name: name.describe('Name in metrics, logs and `context_extensions: { holdfast_route: NAME }`.'),
    match,
    origin: origin.describe('`scheme://authority` that clients sign as the start of `htu` (RFC 9449 §4.2).'),
    audience: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
        error: 'is no audience; write a text, or a list of texts, none of them empty',
      })
      .describe('`aud` that a token must have: one, or a list of which one must match (RFC 9068 §4).'),
    issuers: listOf(text())
      .min(1)
      .nullable()
      .default(null)
      .describe('Issuers accepted here; null for all of `issuers`.'),
    mode: z
      .enum(['enforce', 'observe', 'off'])
      .default('enforce')
      .describe('`enforce`: refuse. `observe`: check, count and let pass. `off`: let pass unchecked, and count.'),
    binding,
    proof: section({
      algorithms: listOf(z.enum(PROOF_ALGORITHM_NAMES))
        .min(1)
        .default(['ES256', 'EdDSA', 'PS256'])
        .describe('Signature algorithms of proofs (RFC 9449 §4.3 item 5).'),
      maxAgeSeconds: whole(1, 3600).default(60).describe('Age of a proof by its `iat` (RFC 9449 §11.1).'),
      futureSkewSeconds: whole(0, 300).default(5).describe('How far ahead of our clock `iat` may lie.'),
    }).describe('DPoP proofs.'),
    nonce: z
      .enum(['required', 'offered', 'off'])
      .default('offered')
      .describe(
        '`required`: every proof carries a nonce of ours (RFC 9449 §9). `offered`: nonces are handed out, and demanded after a start only. `off`: demanded after a start only.',
      ),
    token: section({
      maxLifetimeSeconds: limitSeconds().describe('Longest `exp` minus `iat` that is accepted; null for any.'),
    }).describe('Limits of the token.'),
    session: section({
      idleSeconds: limitSeconds().describe('Time without use after which a session is refused; null for none.'),
      maxAgeSeconds: limitSeconds().describe('Age of a session by `auth_time`, else `iat`; null for any.'),
    }).describe('Limits of the session.'),
    require: section({
      scopes: listOf(scopeToken).default([]).describe('Scopes that the token must have, all of them (RFC 6749 §3.3).'),
      peers: listOf(peerPattern)
        .default([])
        .describe('Callers let in: SPIFFE IDs, or prefixes that end in `/*`; empty for any.'),
    }).describe('What is demanded beyond the binding.'),
    upstream: section({
      authorization: z
        .enum(['keep', 'bearer', 'strip'])
        .default('keep')
        .describe('What the upstream gets: `Authorization` as it stands, turned to `Bearer`, or removed.'),
    }).describe('What goes on to the upstream.'),
    resourceMetadata: text((value) => urlFault(value, ['https']))
      .nullable()
      .default(null)
      .describe('URL of the protected-resource metadata, named in challenges (RFC 9728 §5.1); null for none.'),
    cors: z
      .boolean()
      .default(false)
      .describe('true exposes challenge headers to browsers and lets preflight requests pass (Fetch §3.2).'),
    onStoreOutage: z
      .enum(['deny', 'insecureMemory', 'insecureAllow'])
      .default('deny')
      .describe(
        'When the store does not answer: `deny` with 503, `insecureMemory` (an embedded store stands in, so that a proof can pass once at each replica), `insecureAllow` (all replays pass).',
      ),
    onRevocationStale: z
      .enum(['deny', 'insecureAllow'])
      .default('deny')
      .describe(
        'When the revocation list was not shown to be fresh for `revocation.maxStalenessSeconds`: `deny` with 503, `insecureAllow` (what was revoked since passes).',
      ),
  })
  .describe('One protected place.')

export const routes = z
  .array(route)
  .min(1)
  .max(MAX_ROUTES)
  .describe(`The protected places, at least one and at most ${MAX_ROUTES}; a request that none takes is denied.`)
