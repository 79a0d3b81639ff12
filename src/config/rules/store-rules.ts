/** What the kind of store demands of other keys. */
import type { Finding } from '../fault.ts'
import type { Sections } from './sections.ts'

export function storeRules({ store, server, nonce }: Sections): readonly Finding[] {
  if (store === undefined) return []
  const findings: Finding[] = []
  if (store.kind === 'redis' && nonce?.secret === null) {
    const message = 'is missing; replicas that share a store need one secret: file:PATH or env:NAME'
    findings.push({ path: ['nonce', 'secret'], message })
  }
  const { url, tls } = store.redis
  if (store.kind === 'redis' && tls !== null && !url.startsWith('rediss')) {
    findings.push({
      path: ['store', 'redis', 'tls'],
      message: 'has no effect with this url; write rediss://, or tls: null',
    })
  }
  if (store.kind === 'memory' && server !== undefined && server.workers > 1) {
    const message =
      'workers share no memory, so a proof could be used once in each; set workers: 1, or store.kind: redis'
    findings.push({ path: ['server', 'workers'], message })
  }
  return findings
}
