/** Carries the state of the engine's sources into the readiness map and its gauge. */
import type { SharedRevocations } from '../adapters/redis/revocation/shared-revocations.ts'
import type { ComponentState, ReadinessMap } from '../admin/readiness.ts'
import type { Engine } from './engine.ts'

const KEYS = 'jwks:'
const REVOCATIONS = 'revocations'

/** To be called on a timer: sources change by themselves. */
export function updateReadiness(readiness: ReadinessMap, engine: Engine): void {
  const issuers = new Set<string>()
  for (const { issuer, ready, detail } of engine.keys.ready()) {
    issuers.add(`${KEYS}${issuer}`)
    readiness.set(`${KEYS}${issuer}`, { ready, detail })
  }
  for (const component of readiness.components().keys()) {
    if (component.startsWith(KEYS) && !issuers.has(component)) readiness.remove(component)
  }
  const { revocations } = engine
  if (revocations === undefined) readiness.remove(REVOCATIONS)
  else if (revocations.stats() !== undefined) readiness.set(REVOCATIONS, { ready: true, detail: 'applied' })
  else readiness.set(REVOCATIONS, { ready: false, detail: 'the revocation list could not be read' })
}

/** Ready once the whole list was read; a link lost later is told by the detail, and answered by `revocation_stale`. */
export function sharedState(shared: Pick<SharedRevocations, 'stats'>): ComponentState {
  const stats = shared.stats()
  if (stats === undefined) return { ready: false, detail: 'the shared revocation list was not read yet' }
  return { ready: true, detail: stats.connected ? 'up to date' : stats.detail }
}
