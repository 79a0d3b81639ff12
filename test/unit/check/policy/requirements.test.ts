import { describe, expect, it } from 'vitest'
import { NO_PEER } from '../../../../src/check/peer/peer.ts'
import { checkRequiredPeer, checkScopes } from '../../../../src/check/policy/requirements.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { routePlan } from '../../../support/check-world.ts'

const twoPeers = routePlan({
  require: {
    scopes: [],
    peers: [
      { kind: 'exact', text: 'spiffe://td/a' },
      { kind: 'below', prefix: 'spiffe://td/b/' },
    ],
  },
})
const peer = (spiffeId: string | undefined) => ({ ...NO_PEER, spiffeId })
const twoScopes = routePlan({ require: { scopes: ['read', 'write'], peers: [] } })
const granted = (scope: string | undefined) => ({ scope }) as VerifiedToken

describe('who may call', () => {
  it.each(['spiffe://td/a', 'spiffe://td/b/c'])('%s is listed', (id) => {
    expect(checkRequiredPeer(peer(id), twoPeers)).toBeUndefined()
  })

  it.each(['spiffe://td/ab', 'spiffe://td/b', 'spiffe://td/bc', undefined])('D7 %s is not', (id) => {
    expect(checkRequiredPeer(peer(id), twoPeers)?.reason).toBe('peer_untrusted')
  })

  it('without a list everybody is', () => expect(checkRequiredPeer(NO_PEER, routePlan())).toBeUndefined())
})

describe('scopes', () => {
  it('all that are required, in any order, beside others', () => {
    expect(checkScopes(granted('write x read'), twoScopes)).toBeUndefined()
  })

  it.each(['read', 'write', 'READ write', 'readwrite', '', undefined])('"%s" is not enough', (scope) => {
    expect(checkScopes(granted(scope), twoScopes)?.reason).toBe('scope_insufficient')
  })

  it('a route that requires none takes a token without any', () => {
    expect(checkScopes(granted(undefined), routePlan())).toBeUndefined()
  })
})
