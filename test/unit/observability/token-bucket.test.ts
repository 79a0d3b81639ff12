import { describe, expect, it } from 'vitest'
import { makeTokenBucket } from '../../../src/observability/token-bucket.ts'

function taken(bucket: ReturnType<typeof makeTokenBucket>, nowMs: number, tries: number): number {
  let count = 0
  for (let i = 0; i < tries; i++) if (bucket.take(nowMs)) count++
  return count
}

describe('the token bucket', () => {
  it('gives its burst, then its rate, and never more than its burst', () => {
    const bucket = makeTokenBucket(10, 5)
    expect(taken(bucket, 0, 20)).toBe(5)
    expect(taken(bucket, 99, 20)).toBe(0)
    expect(taken(bucket, 100, 20)).toBe(1)
    expect(taken(bucket, 1_000_000, 20)).toBe(5)
  })

  it('neither gains nor stops when the clock goes back', () => {
    const bucket = makeTokenBucket(10, 5)
    expect(taken(bucket, 1_000_000, 20)).toBe(5)
    expect(taken(bucket, 0, 20)).toBe(0)
    expect(taken(bucket, 200, 20)).toBe(2)
  })
})
