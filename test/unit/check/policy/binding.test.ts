import { describe, expect, it } from 'vitest'
import { NO_PEER, type Peer } from '../../../../src/check/peer/peer.ts'
import { checkRouteBinding } from '../../../../src/check/policy/binding.ts'
import type { Binding, RoutePlan } from '../../../../src/check/route-plan.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { acceptAll, acceptAny, routePlan } from '../../../support/check-world.ts'

const HOLDER = 'spiffe://td/holder'
const token = { holder: HOLDER } as VerifiedToken
const holder: Peer = { ...NO_PEER, spiffeId: HOLDER, certificateThumbprint: 'x' }
const other: Peer = { ...NO_PEER, spiffeId: 'spiffe://td/other', certificateThumbprint: 'y' }

function outcome(binding: RoutePlan['binding'], shown: Binding[], peer: Peer): string {
  const held = [...shown]
  return checkRouteBinding(token, peer, routePlan({ binding }), held)?.reason ?? held.join(',')
}

describe('the rule of the route over what was shown', () => {
  it.each([
    ['any of two, the first shown', acceptAny('dpop', 'certificate'), ['dpop'], NO_PEER, 'dpop'],
    ['any of two, the second shown', acceptAny('dpop', 'certificate'), ['certificate'], NO_PEER, 'certificate'],
    ['any of two, none shown', acceptAny('dpop', 'certificate'), [], NO_PEER, 'token_unbound'],
    ['any of one, another shown', acceptAny('certificate'), ['dpop'], NO_PEER, 'token_unbound'],
    ['workload, the holder', acceptAny('workload'), [], holder, 'workload'],
    ['workload, another workload', acceptAny('workload'), [], other, 'peer_mismatch'],
    ['workload, no certificate', acceptAny('workload'), [], NO_PEER, 'certificate_missing'],
    ['dpop or workload, dpop shown by another workload', acceptAny('dpop', 'workload'), ['dpop'], other, 'dpop'],
    ['dpop or workload, neither', acceptAny('dpop', 'workload'), [], other, 'peer_mismatch'],
    ['plain bearer', acceptAny('insecureBearer'), [], NO_PEER, ''],
    ['all of two, both shown', acceptAll('dpop', 'certificate'), ['dpop', 'certificate'], NO_PEER, 'dpop,certificate'],
    ['all of two, one shown', acceptAll('dpop', 'certificate'), ['certificate'], NO_PEER, 'token_unbound'],
    ['all with workload, both', acceptAll('dpop', 'workload'), ['dpop'], holder, 'dpop,workload'],
    ['all with workload, another workload', acceptAll('dpop', 'workload'), ['dpop'], other, 'peer_mismatch'],
    ['all with workload, the holder without a key', acceptAll('dpop', 'workload'), [], holder, 'token_unbound'],
    ['all with workload, another workload without a key', acceptAll('dpop', 'workload'), [], other, 'token_unbound'],
    ['all of three, two shown', acceptAll('dpop', 'certificate', 'workload'), ['dpop'], other, 'token_unbound'],
  ] as const)('%s', (_title, binding, shown, peer, expected) => {
    expect(outcome(binding, [...shown], peer)).toBe(expected)
  })
})
