/** Checks with a secret somewhere in them: honest and hostile ones of every kind, for who looks where the secret comes out. */
import fc from 'fast-check'
import { mintProof, mintToken } from '../../src/drill/mint.ts'
import { checkOf } from './checks.ts'
import type { CheckRequest } from './envoy-messages.ts'
import { AUDIENCE, type Holder, ISSUER, nowSeconds, type Parties, proofOf } from './parties.ts'

export const KINDS = [
  'honest',
  'replay',
  'token',
  'proof',
  'field',
  'path',
  'peer',
  'route',
  'large',
  'stranger',
] as const
export type Kind = (typeof KINDS)[number]

export interface Wish {
  readonly kind: Kind
  /** base64url of 18 octets or more. */
  readonly secret: string
  /** What stands before and behind it: makes one thing malformed, or another. */
  readonly before: string
  readonly after: string
  /** Chooses where it stands. */
  readonly place: number
  readonly path: string
}

export const wishes: fc.Arbitrary<Wish> = fc.record({
  kind: fc.constantFrom(...KINDS),
  secret: fc.uint8Array({ minLength: 18, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  before: fc.constantFrom('', ' ', 'eyJhbGciOiJFUzI1NiJ9.', 'x=', '"', '{"a":"', '%22', '\xff', 'Bearer ', ','),
  after: fc.constantFrom('', '.', '.e30.', '=', '"', ' x', ',y', '\x00', '\xc3'),
  place: fc.nat(20),
  path: fc.constantFrom('/', '/watched', '/off', '/a//b', '/%2e%2e'),
})

/** Who plants, and where. */
export interface Planter {
  readonly authority: string
  readonly parties: Parties
  readonly holder: Holder
  /** The private member of the holder's key. */
  readonly privatePart: string
  /** Remembers a secret, and answers it. */
  plant(secret: string): string
  /** Sends; resolves to the nonce of the answer. `clientSecret`: another than the right one. */
  send(request: CheckRequest, clientSecret?: string): Promise<string | undefined>
}

const FIELDS = [
  ...['cookie', 'x-api-key', 'proxy-authorization', 'traceparent', 'origin', 'x-forwarded-client-cert', 'dpop'],
  ...['authorization', 'x-holdfast-subject', 'access-control-request-method'],
] as const
const LARGE_FIELDS = ['authorization', 'dpop', 'x-forwarded-client-cert', 'cookie'] as const

/** Sends what the wish says. */
export async function sendPlanted(planter: Planter, wish: Wish): Promise<void> {
  await ACTIONS[wish.kind](planter, wish)
}

const ACTIONS: Record<Kind, (planter: Planter, wish: Wish) => Promise<unknown>> = {
  async honest(planter, { path }) {
    const nonce = await planter.send(await signed(planter, path))
    return planter.send(await signed(planter, path, nonce))
  },
  async replay(planter, { path }) {
    const nonce = await planter.send(await signed(planter, path))
    const request = await signed(planter, path, nonce)
    await planter.send(request)
    return planter.send(request)
  },
  async token(planter, wish) {
    const token = planter.plant(await strangeToken(planter, wish))
    const proof = planter.plant(await proofOf({ ...planter.holder, token }, 'GET', urlOf(planter, wish.path)))
    return planter.send(credentials(planter, token, proof, wish.path))
  },
  async proof(planter, wish) {
    const proof = planter.plant(await strangeProof(planter, wish))
    return planter.send(credentials(planter, planter.holder.token, proof, wish.path))
  },
  field(planter, wish) {
    const { authority, holder } = planter
    const field = [pick(FIELDS, wish), textOf(planter, wish)] as const
    const own = field[0] === 'authorization' ? [] : [['authorization', `DPoP ${holder.token}`] as const]
    const fields = [...own, field, ...(wish.place > 10 ? [field] : [])]
    return planter.send(checkOf({ authority, path: wish.path, fields }))
  },
  path(planter, wish) {
    const { before, after, path } = wish
    const secret = planter.plant(wish.secret)
    const paths = [
      `${path}?access_token=${secret}`,
      `${path}/${secret}${after}`,
      `${before}${secret}`,
      `${path}?q=${before}${secret}`,
      `/${secret}#`,
    ]
    const authority = wish.place > 15 ? `${secret}.example` : planter.authority
    return planter.send(checkOf({ authority, path: pick(paths, wish) }))
  },
  peer(planter, wish) {
    const value = textOf(planter, wish)
    const { attributes } = credentials(planter, planter.holder.token, value, wish.path)
    return planter.send({ attributes: { ...attributes, source: { certificate: value, principal: value } } })
  },
  route(planter, wish) {
    const holdfast_route = planter.plant(wish.secret)
    const { attributes } = credentials(planter, planter.holder.token, holdfast_route, wish.path)
    return planter.send({ attributes: { ...attributes, context_extensions: { holdfast_route } } })
  },
  large(planter, wish) {
    const large = planter.plant(wish.secret).repeat(3_000)
    const fields = [[pick(LARGE_FIELDS, wish), `DPoP ${large}`] as const]
    const path = wish.place > 16 ? `/${large}` : wish.path
    return planter.send(checkOf({ authority: planter.authority, path, fields }))
  },
  stranger(planter, wish) {
    const request = credentials(planter, planter.holder.token, undefined, wish.path)
    return planter.send(request, planter.plant(wish.secret))
  },
}

function pick<T>(values: readonly T[], { place }: Wish): T {
  return values[place % values.length] as T
}

function textOf(planter: Planter, { secret, before, after }: Wish): string {
  return `${before}${planter.plant(secret)}${after}`
}

function urlOf({ authority }: Planter, path: string): string {
  return `https://${authority}${path}`
}

async function signed(planter: Planter, path: string, nonce?: string): Promise<CheckRequest> {
  const proof = planter.plant(await proofOf(planter.holder, 'GET', urlOf(planter, path), nonce))
  return credentials(planter, planter.holder.token, proof, path)
}

/** Subject and client of a verified token are no secrets: they are told on purpose, so nothing is planted there. */
async function strangeToken(planter: Planter, wish: Wish): Promise<string> {
  const text = textOf(planter, wish)
  const now = nowSeconds()
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', client_id: 'client', iat: now, exp: now + 60, jti: text }
  const wrong = pick(
    [{ exp: 1 }, { iss: text }, { aud: text }, { cnf: { kid: text } }, { cnf: { jkt: text } }, { exp: text }, {}],
    wish,
  )
  const token = await mintToken(planter.parties.issuerKey, { ...claims, ...wrong })
  return pick([token, token.slice(0, -8), text, `${token}${text}`, token.replace('.', `.${wish.secret}`)], wish)
}

async function strangeProof(planter: Planter, wish: Wish): Promise<string> {
  const text = textOf(planter, wish)
  const { key, token } = planter.holder
  const request = { method: 'GET', url: urlOf(planter, wish.path), token, iatSeconds: nowSeconds() }
  const publicJwk = { ...key.publicJwk, d: planter.privatePart }
  const proofs = [
    async () => text,
    () => mintProof(key, { ...request, jti: text }),
    () => mintProof(key, { ...request, nonce: text }),
    () => mintProof(key, { ...request, url: urlOf(planter, `/${text}`) }),
    () => mintProof(key, { ...request, method: text }),
    () => mintProof(key, { ...request, token: text }),
    () => mintProof({ ...key, publicJwk }, request),
    () => mintProof({ ...key, publicJwk: { ...publicJwk, kty: text } }, request),
  ]
  return pick(proofs, wish)()
}

function credentials({ authority }: Planter, token: string, proof: string | undefined, path: string): CheckRequest {
  const dpop = proof === undefined ? [] : [['dpop', proof] as const]
  return checkOf({ authority, path, fields: [['authorization', `DPoP ${token}`], ...dpop] })
}
