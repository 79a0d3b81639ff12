import { describe, expect, it } from 'vitest'
import { NO_PEER } from '../../../../src/check/peer/peer.ts'
import { HOLDER_TAG_BYTES, holderOf, holderTag, senderOf } from '../../../../src/check/proof/holder-tag.ts'

const workload = { peer: 'spiffe://td/a', certificate: 'thumbprint', address: '10.0.0.1' }

describe('G3 the tag of a holder', () => {
  it('three octets, the same each time', () => {
    expect(holderTag(workload)).toHaveLength(HOLDER_TAG_BYTES)
    expect(holderTag(workload).toString('hex')).toBe('32ef87')
  })

  it.each([
    ['another pod of a workload is the same', { address: '10.0.0.2' }, true],
    ['a renewed certificate of a workload is the same', { certificate: 'other' }, true],
    ['another workload', { peer: 'spiffe://td/b' }, false],
    ['no workload, its certificate counts', { peer: undefined }, false],
    ['no certificate either, its address counts', { peer: undefined, certificate: undefined }, false],
  ])('%s', (_, change, isSame) => {
    expect(holderTag({ ...workload, ...change }).equals(holderTag(workload))).toBe(isSame)
  })

  it('workload before certificate before address', () => {
    expect(holderOf(workload)).toBe('spiffe://td/a')
    expect(holderOf({ ...workload, peer: undefined })).toBe('thumbprint')
    expect(holderOf({ ...workload, peer: undefined, certificate: undefined })).toBe('10.0.0.1')
  })

  it('of a request: what Envoy saw of its peer', () => {
    const peer = { ...NO_PEER, spiffeId: 'spiffe://td/a', certificateThumbprint: 'thumbprint' }
    expect(senderOf(peer, { sourceAddress: '10.0.0.1' })).toEqual(workload)
  })
})
