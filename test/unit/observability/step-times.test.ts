import { describe, expect, it } from 'vitest'
import { MAX_CHECKS, makeStepTimes } from '../../../src/observability/step-times.ts'

describe('step times', () => {
  it('are kept for each check, in their order, and taken once', () => {
    let nowMs = 0
    const steps = makeStepTimes(() => nowMs++)
    steps.begun('token', 'a')
    steps.begun('token', 'b')
    steps.begun('proof', 'a')
    expect(steps.take('a')).toEqual([
      { step: 'token', atMs: 0 },
      { step: 'proof', atMs: 2 },
    ])
    expect(steps.take('a')).toEqual([])
    expect(steps.take('b')).toHaveLength(1)
  })

  it('are bounded: of checks that are never decided the oldest are forgotten', () => {
    const steps = makeStepTimes(() => 0)
    for (let i = 0; i <= MAX_CHECKS; i++) steps.begun('token', String(i))
    expect(steps.take('0')).toEqual([])
    expect(steps.take('1')).toHaveLength(1)
    expect(steps.take(String(MAX_CHECKS))).toHaveLength(1)
  })
})
