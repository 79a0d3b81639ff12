/** The configuration as the path of a request wants it: sets and normal forms, resolved once and frozen. */
import type { PeerPolicy } from '../check/peer/peer.ts'
import { parseSpiffePattern } from '../check/peer/spiffe-id.ts'
import { normaliseOrigin } from '../check/proof/htu.ts'
import type { IssuerPlan, RoutePlan } from '../check/route-plan.ts'
import { deepFreeze } from './freeze.ts'
import { routeMatch } from './route-match.ts'
import type { Config, IssuerConfig, RouteConfig } from './schema.ts'

export interface Plans {
  readonly routes: readonly RoutePlan[]
  readonly issuers: readonly IssuerPlan[]
  readonly peers: PeerPolicy
}

/** Of a configuration that `loadConfig` accepted; in its order, frozen to the bottom. */
export function makePlans(config: Config): Plans {
  return deepFreeze({
    routes: config.routes.map(routePlan),
    issuers: config.issuers.map(issuerPlan),
    peers: peerPolicy(config.peers),
  })
}

function routePlan(route: RouteConfig): RoutePlan {
  return {
    name: route.name,
    match: routeMatch(route),
    origin: loaded(normaliseOrigin(route.origin)),
    audiences: new Set([route.audience].flat()),
    issuers: route.issuers === null ? undefined : new Set(route.issuers),
    mode: route.mode,
    binding: bindingPlan(route.binding),
    proof: {
      algorithms: new Set(route.proof.algorithms),
      maxAgeSeconds: route.proof.maxAgeSeconds,
      futureSkewSeconds: route.proof.futureSkewSeconds,
    },
    nonce: route.nonce,
    token: { maxLifetimeSeconds: route.token.maxLifetimeSeconds ?? undefined },
    session: {
      idleSeconds: route.session.idleSeconds ?? undefined,
      maxAgeSeconds: route.session.maxAgeSeconds ?? undefined,
    },
    require: {
      scopes: [...route.require.scopes],
      peers: route.require.peers.map((pattern) => loaded(parseSpiffePattern(pattern))),
    },
    upstream: { authorization: route.upstream.authorization },
    resourceMetadata: route.resourceMetadata ?? undefined,
    cors: route.cors,
    onStoreOutage: route.onStoreOutage,
    onRevocationStale: route.onRevocationStale,
  }
}

function bindingPlan({ anyOf, allOf }: RouteConfig['binding']): RoutePlan['binding'] {
  const accepted = new Set(allOf ?? anyOf)
  const bearerBindings = ['certificate', 'workload', 'insecureBearer'] as const
  return {
    rule: allOf === undefined ? 'anyOf' : 'allOf',
    accepted,
    takesDpop: accepted.has('dpop'),
    // With allOf a proof is mandatory as soon as dpop is on the list, and a proof comes under the DPoP scheme only.
    takesBearer: allOf === undefined ? bearerBindings.some((binding) => accepted.has(binding)) : !accepted.has('dpop'),
  }
}

function issuerPlan(issuer: IssuerConfig): IssuerPlan {
  const { claim = 'client_id', kubernetes } = issuer.holder
  return {
    issuer: issuer.issuer,
    algorithms: new Set<string>(issuer.algorithms),
    tokenTypes: new Set(issuer.tokenTypes.map((type) => type.toLowerCase().replace(/^application\//, ''))),
    insecureAnyTokenType: issuer.insecureAnyTokenType,
    requiredClaims: [...issuer.requiredClaims],
    clockSkewSeconds: issuer.clockSkewSeconds,
    holder:
      kubernetes === undefined ? { kind: 'claim', claim } : { kind: 'kubernetes', trustDomain: kubernetes.trustDomain },
    ignoredConfirmations: new Set(issuer.insecureIgnoredConfirmations),
  }
}

function peerPolicy({ trustDomains, forwardedClientCert }: Config['peers']): PeerPolicy {
  return {
    trustDomains: new Set(trustDomains),
    forwardedFrom: forwardedClientCert.from,
    trustedHops: forwardedClientCert.trustedHops,
    proxies: new Set(forwardedClientCert.proxies),
  }
}

/** The schema refuses what has no normal form. */
function loaded<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('the configuration was not checked by loadConfig')
  return value
}
