/**
 * What clients do, honest or not: get a token, sign a proof, send, and take up the nonce that they are handed. An attacker
 * is a client that does one of these things wrong on purpose.
 */
import { randomUUID } from 'node:crypto'
import type { Result } from '../check/result.ts'
import type { CaseSource } from './cases/case-source.ts'
import { mintProof, mintToken, newSigningKey, type SigningKey } from './mint.ts'
import type { Answer, Call, Target } from './target/target.ts'
import { type CallerName, type Pod, type ServiceName, WORKLOADS, type WorkloadName } from './world/workloads.ts'
import { thumbprintOf, type World } from './world/world.ts'

export interface Stage {
  readonly world: World
  readonly target: Target
  /** Another gateway, in front of another replica that shares the store with the first. */
  readonly second?: Target | undefined
  /** Where the cases of the sessions are asked for, or why they are not; undefined: nobody looked. */
  readonly cases?: Result<CaseSource, string> | undefined
  nowSeconds(): number
}

/** A token and what goes with it. */
export interface Session {
  readonly workload: WorkloadName
  readonly service: ServiceName
  readonly token: string
  readonly sessionId: string
  readonly tokenId: string
  /** The key that the token is bound to; a fresh one, unused, where it is bound to none. */
  readonly key: SigningKey
  readonly scheme: 'DPoP' | 'Bearer'
}

export interface LoginWishes {
  /** What the issuer writes into `cnf`. */
  readonly bind?: readonly ('key' | 'certificate')[]
  /** Whose certificate a token is bound to. Default: the first pod. */
  readonly pod?: Pod
  /** Over the usual claims; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Another signer than the issuer. */
  readonly signer?: SigningKey
}

const TOKEN_LIFE_SECONDS = 600

/** A token for a service as the issuer makes it (RFC 9068), for a workload that proves itself with a fresh key. */
export async function login(
  stage: Stage,
  workload: WorkloadName,
  service: ServiceName,
  wishes: LoginWishes = {},
): Promise<Session> {
  const { key } = await newSigningKey('ES256')
  const now = stage.nowSeconds()
  const [sessionId, tokenId] = [randomUUID(), randomUUID()]
  const bind = wishes.bind ?? []
  const confirmation = {
    ...(bind.includes('key') ? { jkt: key.thumbprint } : {}),
    ...(bind.includes('certificate') ? { 'x5t#S256': thumbprintOf(stage.world, workload, wishes.pod ?? '1') } : {}),
  }
  const claims = {
    iss: stage.world.issuer,
    aud: stage.world.origins[service],
    sub: WORKLOADS[workload].slice('spiffe://'.length),
    client_id: WORKLOADS[workload],
    iat: now,
    auth_time: now,
    exp: now + TOKEN_LIFE_SECONDS,
    jti: tokenId,
    sid: sessionId,
    ...(bind.length === 0 ? {} : { cnf: confirmation }),
    ...wishes.claims,
  }
  const token = await mintToken(wishes.signer ?? stage.world.issuerKey, claims)
  const scheme = bind.includes('key') ? 'DPoP' : 'Bearer'
  return { workload, service, token, sessionId, tokenId, key, scheme }
}

/** A request of a session; each member that is given replaces what the honest holder would do. */
export interface Attempt {
  readonly method?: string
  readonly path?: string
  readonly service?: ServiceName
  /** Who sends it, from which pod. */
  readonly workload?: CallerName
  readonly pod?: Pod
  /** Address on loopback that it sends from. */
  readonly from?: string
  readonly scheme?: 'DPoP' | 'Bearer'
  /** Signs the proof. */
  readonly key?: SigningKey
  /** What the proof says, where it is not this request at this time. */
  readonly signed?: { readonly method?: string; readonly path?: string; readonly iatSeconds?: number }
  /** Signed at the first try already: what the client was handed before. */
  readonly nonce?: string | undefined
  /** Sent in place of a fresh proof; none at all when empty. */
  readonly proofs?: readonly string[]
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

export interface Exchange {
  readonly answer: Answer
  /** The last proof sent. */
  readonly proof: string
  /** True when the first try was answered with a nonce, and the second carried it. */
  readonly tookNonce: boolean
  /** To sign next time: what was handed out last. */
  readonly nonce: string | undefined
  readonly session: Session
}

export const USUAL_PATH = '/v1/accounts'

/** Sends, and once more with the nonce when one is demanded: every DPoP client does so (RFC 9449 §9). */
export async function attempt(stage: Stage, session: Session, wishes: Attempt = {}): Promise<Exchange> {
  const first = await once(stage, session, wishes, wishes.nonce)
  const { error, nonce } = first.answer
  if (error !== 'use_dpop_nonce' || nonce === undefined || wishes.proofs !== undefined)
    return { ...first, session, tookNonce: false, nonce: nonce ?? wishes.nonce }
  const second = await once(stage, session, wishes, nonce)
  return { ...second, session, tookNonce: true, nonce: second.answer.nonce ?? nonce }
}

async function once(
  stage: Stage,
  session: Session,
  wishes: Attempt,
  nonce: string | undefined,
): Promise<{ answer: Answer; proof: string }> {
  const method = wishes.method ?? 'GET'
  const path = wishes.path ?? USUAL_PATH
  const service = wishes.service ?? session.service
  const scheme = wishes.scheme ?? session.scheme
  const proofs = wishes.proofs ?? (scheme === 'DPoP' ? [await freshProof(stage, session, wishes, nonce)] : [])
  const call: Call = {
    service,
    method,
    path,
    workload: wishes.workload ?? session.workload,
    pod: wishes.pod ?? '1',
    from: wishes.from ?? '127.0.0.1',
    headers: [
      ['Authorization', `${scheme} ${session.token}`],
      ...proofs.map((proof) => ['DPoP', proof] as const),
      ...(wishes.headers ?? []),
    ],
  }
  return { answer: await stage.target.send(call), proof: proofs[0] ?? '' }
}

/** The proof that `attempt` would send. */
export function freshProof(
  stage: Stage,
  session: Session,
  wishes: Attempt,
  nonce: string | undefined,
): Promise<string> {
  const { signed = {} } = wishes
  const origin = stage.world.origins[wishes.service ?? session.service]
  return mintProof(wishes.key ?? session.key, {
    method: signed.method ?? wishes.method ?? 'GET',
    url: `${origin}${signed.path ?? wishes.path ?? USUAL_PATH}`,
    token: session.token,
    nonce,
    iatSeconds: signed.iatSeconds ?? stage.nowSeconds(),
  })
}

/** A call without any credentials. */
export function bare(stage: Stage, service: ServiceName, workload: WorkloadName, path: string): Promise<Answer> {
  return stage.target.send({ service, method: 'GET', path, headers: [], workload, pod: '1', from: '127.0.0.1' })
}
