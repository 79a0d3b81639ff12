/** Everything a check needs, with the real steps and in-memory ports; time stands still until a test moves it. */
import { makeMemoryReplayStore } from '../../src/adapters/memory/memory-replay-store.ts'
import { answerOf, type EnvoyAnswer } from '../../src/check/answer.ts'
import type { Cache } from '../../src/check/cache.ts'
import { type CheckDeps, check } from '../../src/check/check.ts'
import type { Decision } from '../../src/check/decision.ts'
import { makeSessionActivity } from '../../src/check/policy/session-activity.ts'
import { makeNonces } from '../../src/check/proof/nonce.ts'
import type { RequestFacts } from '../../src/check/request-facts.ts'
import type { RevocationList } from '../../src/check/revocation/revocation.ts'
import type { IssuerPlan, RoutePlan } from '../../src/check/route-plan.ts'
import { makeRouteTable } from '../../src/check/routes.ts'
import type { IssuerKeys } from '../../src/check/token/issuer-keys.ts'
import { ISSUER, issuerKey, NOW_SECONDS, ORIGIN } from './request.ts'

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> | T[K] : T[K] }

export function mapCache<V>(): Cache<V> {
  const map = new Map<string, V>()
  return {
    get: (key) => map.get(key),
    set: (key, value) => void map.set(key, value),
    delete: (key) => void map.delete(key),
  }
}

export function routePlan(changes: DeepPartial<RoutePlan> = {}): RoutePlan {
  const plan: RoutePlan = {
    name: 'payments',
    match: { authorities: ['payments.example.com'], path: { kind: 'prefix', value: '/' }, methods: undefined },
    origin: ORIGIN,
    audiences: new Set([ORIGIN]),
    issuers: undefined,
    mode: 'enforce',
    binding: acceptAny('dpop', 'certificate'),
    proof: { algorithms: new Set(['ES256', 'EdDSA', 'PS256']), maxAgeSeconds: 60, futureSkewSeconds: 5 },
    nonce: 'offered',
    token: { maxLifetimeSeconds: undefined },
    session: { idleSeconds: undefined, maxAgeSeconds: undefined },
    require: { scopes: [], peers: [] },
    upstream: { authorization: 'keep' },
    resourceMetadata: undefined,
    cors: false,
    onStoreOutage: 'deny',
    onRevocationStale: 'deny',
  }
  return { ...plan, ...(changes as Partial<RoutePlan>) }
}

type Accepted = RoutePlan['binding']['accepted'] extends ReadonlySet<infer B> ? B : never

export function acceptAny(...accepted: Accepted[]): RoutePlan['binding'] {
  const takesBearer = accepted.some((binding) => binding !== 'dpop')
  return { rule: 'anyOf', accepted: new Set(accepted), takesDpop: accepted.includes('dpop'), takesBearer }
}

export function acceptAll(...accepted: Accepted[]): RoutePlan['binding'] {
  const takesDpop = accepted.includes('dpop')
  return { rule: 'allOf', accepted: new Set(accepted), takesDpop, takesBearer: !takesDpop }
}

export function issuerPlan(changes: Partial<IssuerPlan> = {}): IssuerPlan {
  return {
    issuer: ISSUER,
    algorithms: new Set(['ES256', 'EdDSA', 'PS256']),
    tokenTypes: new Set(['at+jwt']),
    insecureAnyTokenType: false,
    requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
    clockSkewSeconds: 5,
    holder: { kind: 'claim', claim: 'client_id' },
    ignoredConfirmations: new Set(),
    ...changes,
  }
}

const signingKey = { issuer: ISSUER, kid: 'k1', algorithm: 'ES256', key: issuerKey.publicKey }

const keys: IssuerKeys = {
  find: (issuer, kid, algorithm) => {
    const fits = issuer === ISSUER && algorithm === 'ES256' && (kid === undefined || kid === 'k1')
    return { kind: 'keys', keys: fits ? [signingKey] : [] }
  },
  isCurrent: () => true,
}

export const NOTHING_REVOKED: RevocationList = { find: () => ({ kind: 'clear' }) }

export interface World {
  readonly deps: CheckDeps
  /** Moves the clock. */
  at(seconds: number): void
  decide(facts: RequestFacts): Promise<Decision>
  ask(facts: RequestFacts): Promise<{ decision: Decision; answer: EnvoyAnswer }>
}

/** The fence stands an hour back, so that proofs of now need no nonce; a test of the fence says otherwise. */
export function makeWorld(routes: readonly RoutePlan[] = [routePlan()], changes: Partial<CheckDeps> = {}): World {
  let nowMs = NOW_SECONDS * 1000
  const issuers = new Map([[ISSUER, issuerPlan()]])
  const deps: CheckDeps = {
    clock: { nowMs: () => nowMs },
    routes: makeRouteTable(routes),
    peers: { trustDomains: new Set(['example.org']), forwardedFrom: 'none', trustedHops: 0, proxies: new Set() },
    peerCertificates: mapCache(),
    seenCertificates: mapCache(),
    token: { issuers, keys, remembered: mapCache(), observer: { cacheUsed: () => undefined } },
    proofKeys: mapCache(),
    nonces: makeNonces({ secrets: [Buffer.alloc(32, 7)], periodSeconds: 60, scope: 'default' }),
    activity: makeSessionActivity(mapCache()),
    revocations: NOTHING_REVOKED,
    replay: makeMemoryReplayStore(1000, (NOW_SECONDS - 3600) * 1000),
    standIn: makeMemoryReplayStore(1000, (NOW_SECONDS - 3600) * 1000),
    stepBegun: undefined,
    scope: 'default',
    ...changes,
  }
  let count = 0
  const decide = (facts: RequestFacts): Promise<Decision> => check(facts, `decision-${++count}`, deps)
  return {
    deps,
    at: (seconds) => {
      nowMs = seconds * 1000
    },
    decide,
    async ask(facts) {
      const decision = await decide(facts)
      return { decision, answer: answerOf(decision, facts) }
    },
  }
}

/** A header of the answer; undefined when it has none. */
export function header(answer: EnvoyAnswer, name: string): string | undefined {
  return answer.headers.find(([header]) => header === name)?.[1]
}
