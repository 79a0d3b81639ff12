/**
 * The port IssuerKeys over JWK Sets from files and URLs: one ring per issuer, so that a kid of one issuer never leads to a
 * key of another (C2, C6). What the token says only selects; where keys come from is configuration alone (C7).
 */
import type { IssuerKeys } from '../../check/token/issuer-keys.ts'
import { makeFileSource } from './file-source.ts'
import { type KeyRing, makeKeyRing } from './key-ring.ts'
import { type FedSource, KEY_TIMES, type KeyDeps, type KeySource, type KeyTimes } from './key-source.ts'
import { makeUriSource } from './uri-source.ts'

export interface JwksIssuerKeys extends IssuerKeys {
  /** Resolves once every source was tried, also when one failed: it goes on trying. */
  start(): Promise<void>
  stop(): void
  /** One component `jwks:<issuer>` each. */
  ready(): readonly { readonly issuer: string; readonly ready: boolean; readonly detail: string }[]
}

/** What the app must give; the rest has its natural default. */
export type JwksDeps = Pick<KeyDeps, 'nowMs' | 'log' | 'events' | 'watch'> & Partial<Pick<KeyDeps, 'fetch' | 'timer'>>

export function makeIssuerKeys(
  sources: readonly KeySource[],
  given: JwksDeps,
  times: KeyTimes = KEY_TIMES,
): JwksIssuerKeys {
  const deps: KeyDeps = { fetch, timer: unrefTimer, ...given }
  const fed = new Map(sources.map((source) => [source.issuer, feed(source, deps, times)]))
  return {
    find(issuer, kid, algorithm) {
      const found = fed.get(issuer)
      if (found === undefined) return { kind: 'unavailable', detail: 'the issuer has no source of keys' }
      const { ring, source } = found
      const { known, answer } = ring.lookup(kid, algorithm)
      const news = known ? undefined : source.awaitNews()
      return news === undefined ? answer : news.then(() => ring.lookup(kid, algorithm).answer)
    },
    isCurrent: (key) => fed.get(key.issuer)?.ring.isCurrent(key) ?? false,
    async start() {
      await Promise.all([...fed.values()].map(({ source }) => source.start()))
    },
    stop() {
      for (const { source } of fed.values()) source.stop()
    },
    ready: () => [...fed].map(([issuer, { ring }]) => ({ issuer, ...ring.readiness() })),
  }
}

function feed(source: KeySource, deps: KeyDeps, times: KeyTimes): { ring: KeyRing; source: FedSource } {
  const { maxStaleMs } = times
  // A watched file that is read well is current until the watch says otherwise; a fetched set only tells of its moment.
  const lifeMs = source.kind === 'file' ? Number.POSITIVE_INFINITY : maxStaleMs
  const ring = makeKeyRing(source, deps, { lifeMs, maxStaleMs })
  const fed = source.kind === 'file' ? makeFileSource(source, ring, deps) : makeUriSource(source, ring, deps, times)
  return { ring, source: fed }
}

function unrefTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
}
