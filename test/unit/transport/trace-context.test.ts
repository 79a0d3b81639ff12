import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { traceparentOf } from '../../../src/transport/trace-context.ts'

const GOOD = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function metadataOf(...values: readonly string[]): Metadata {
  const metadata = new Metadata()
  for (const value of values) metadata.add('traceparent', value)
  return metadata
}

describe('the span that Envoy asks from', () => {
  it('is taken where there is exactly one, of the right form', () => {
    expect(traceparentOf(metadataOf(GOOD))).toBe(GOOD)
  })

  it.each([
    ['none', []],
    ['two', [GOOD, GOOD]],
    ['upper case', [GOOD.toUpperCase()]],
    ['zero trace', [GOOD.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32))]],
    ['too long for version 00', [`${GOOD}-x`]],
    ['longer than any', [`01${GOOD.slice(2)}-${'x'.repeat(100)}`]],
  ])('%s is none', (_, values) => {
    expect(traceparentOf(metadataOf(...values))).toBeUndefined()
  })
})
