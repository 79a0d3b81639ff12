/**
 * One configuration in force: plans, keys, revocations and nonces, ready for `check`. A changed configuration makes a new
 * engine that takes over unchanged sources, and replaces the old one whole; what must outlive that stands in Memories.
 */
import { isDeepStrictEqual } from 'node:util'
import type { FileRevocationList } from '../adapters/files/file-revocation-list.ts'
import type { JwksIssuerKeys } from '../adapters/jwks/issuer-keys.ts'
import { makeLruCache } from '../adapters/lru/lru-cache.ts'
import type { CheckDeps } from '../check/check.ts'
import { makeNonces } from '../check/proof/nonce.ts'
import { combineRevocationLists } from '../check/revocation/combined-list.ts'
import { makeRouteTable } from '../check/routes.ts'
import type { LoadedConfig } from '../config/load.ts'
import { makePlans } from '../config/plans.ts'
import type { Config } from '../config/schema.ts'
import type { Secrets } from '../config/secrets.ts'
import { countingCache } from './counting-cache.ts'
import { REMEMBERED_TOKENS } from './memories.ts'
import type { Outside } from './outside.ts'
import { openKeys, openRevocations } from './sources.ts'

export interface Engine {
  readonly loaded: LoadedConfig
  readonly secrets: Secrets
  readonly deps: CheckDeps
  readonly keys: JwksIssuerKeys
  readonly revocations: FileRevocationList | undefined
}

/** Sources are opened or taken over, not started: whoever makes an engine starts `revocations` and `keys`, in this order. */
export function makeEngine(loaded: LoadedConfig, secrets: Secrets, outside: Outside, previous?: Engine): Engine {
  const { config } = loaded
  const { memories, clock, observer } = outside
  const plans = makePlans(config)
  const before = previous?.loaded.config
  const keys = previous !== undefined && sameKeys(config, before) ? previous.keys : openKeys(config.issuers, outside)
  const revocations =
    previous !== undefined && config.revocation.file === before?.revocation.file
      ? previous.revocations
      : openRevocations(config.revocation.file, outside)
  const deps: CheckDeps = {
    clock,
    routes: makeRouteTable(plans.routes),
    peers: plans.peers,
    peerCertificates: memories.peerCertificates,
    seenCertificates: memories.seenCertificates,
    token: {
      issuers: new Map(plans.issuers.map((issuer) => [issuer.issuer, issuer])),
      keys,
      // New with each configuration: what a token was verified against may have changed.
      remembered: makeLruCache(REMEMBERED_TOKENS),
      observer,
    },
    proofKeys: countingCache(memories.proofKeys, (outcome) => observer.cacheUsed('proof_key', outcome)),
    nonces: makeNonces({
      secrets: [secrets.nonce?.reveal() ?? memories.nonceSecret],
      periodSeconds: config.nonce.periodSeconds,
      scope: config.scope,
    }),
    activity: memories.activity,
    revocations: combineRevocationLists([revocations, outside.sharedRevocations].filter((list) => list !== undefined)),
    replay: outside.replay,
    standIn: outside.standIn,
    stepBegun: outside.stepBegun,
    scope: config.scope,
  }
  return { loaded, secrets, deps, keys, revocations }
}

function sameKeys(config: Config, before: Config | undefined): boolean {
  const sources = (issuers: Config['issuers'] | undefined) =>
    issuers?.map(({ issuer, keys, algorithms }) => ({ issuer, keys, algorithms }))
  return isDeepStrictEqual(sources(config.issuers), sources(before?.issuers))
}

/** Closes the sources of `engine` that `next` did not take over; all of them without one. */
export function closeEngine(engine: Engine, next?: Engine): void {
  if (engine.keys !== next?.keys) engine.keys.stop()
  if (engine.revocations !== next?.revocations) engine.revocations?.close()
}

/**
 * True when a proof that the old configuration marked could be taken again under the new one: another scope, another
 * window, another route for the same request. The fence must rise then (design: fence).
 */
export function changesReplay(config: Config, before: Config): boolean {
  const decisive = ({ scope, routes }: Config) => ({
    scope,
    routes: routes.map(({ match, origin, proof, mode }) => ({ match, origin, proof, mode })),
  })
  return !isDeepStrictEqual(decisive(config), decisive(before))
}

/** How far ahead a proof that the configuration took may have been dated. */
export function longestSkewMs({ routes }: Config): number {
  return Math.max(...routes.map(({ proof }) => proof.futureSkewSeconds)) * 1000
}
