import { describe, expect, it } from 'vitest'
import { NO_PEER, type PeerPolicy } from '../../../../src/check/peer/peer.ts'
import { resolvePeer } from '../../../../src/check/peer/resolve-peer.ts'
import type { RequestFacts } from '../../../../src/check/request-facts.ts'
import { thumbprintOf } from '../../../support/certificates.ts'
import { mapCache } from '../../../support/check-world.ts'
import { REFUSED } from './refused-cases.ts'
import { RESOLVED } from './resolved-cases.ts'

const resolve = (facts: Partial<RequestFacts>, policy: PeerPolicy) => {
  return resolvePeer(facts as RequestFacts, policy, mapCache())
}

describe('resolvePeer', () => {
  it.each(RESOLVED)('$requirement $name', ({ facts, policy, expected }) => {
    const resolved = resolve(facts, policy)
    expect(resolved.ok ? undefined : resolved.error.detail).toBeUndefined()
    const { spiffeId, certificateThumbprint } = resolved.ok ? resolved.value : NO_PEER
    expect(spiffeId).toBe(expected.spiffeId)
    expect(certificateThumbprint).toBe(expected.bound && thumbprintOf(expected.bound))
  })

  it.each(REFUSED)('$requirement refused: $name', ({ facts, policy, reason }) => {
    const resolved = resolve(facts, policy)
    expect(resolved.ok ? undefined : resolved.error.reason).toBe(reason)
  })

  it('tells notBefore only where the certificate itself was seen', () => {
    const seen = RESOLVED.map(({ name, facts, policy }) => {
      const resolved = resolve(facts, policy)
      return [name, resolved.ok ? resolved.value.certificateNotBeforeSeconds : undefined]
    })
    const notBefore = Date.parse('2026-01-01T00:00:00Z') / 1000
    expect(Object.fromEntries(seen)).toMatchObject({
      'the certificate of the connection': notBefore,
      'the header alone': undefined,
      'the header alone, with Cert': notBefore,
      'one hop': undefined,
      'one hop, by header with Cert': notBefore,
    })
  })
})
