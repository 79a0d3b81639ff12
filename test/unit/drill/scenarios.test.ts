import { describe, expect, it } from 'vitest'
import { REASONS } from '../../../src/check/reasons.ts'
import { SCENARIOS } from '../../../src/drill/scenarios/index.ts'

describe('the scenarios', () => {
  it('are 24 or more, each with a name of its own', () => {
    expect(SCENARIOS.length).toBeGreaterThanOrEqual(24)
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length)
  })

  it.each(['CI runner', 'service account', 'agent', 'third-party integration', 'two replicas'])(
    '%s: honest use and attacks',
    (story) => {
      const own = SCENARIOS.filter((scenario) => scenario.story === story)
      expect(own.some(({ honest }) => honest)).toBe(true)
      expect(own.filter(({ honest }) => !honest).length).toBeGreaterThanOrEqual(3)
    },
  )

  it('honest use passes cleanly, and an attack passes only where it is told or harmless', () => {
    for (const { honest, expected, name } of SCENARIOS) {
      if (honest) expect(expected, name).toEqual({ status: 200, reason: 'ok' })
      else if (expected.status === 200)
        expect([expected.wouldDeny, name], name).toSatisfy(
          ([would]) => would === true || name === 'sa-spoofed-identity',
        )
    }
  })

  it.each(['replayed', 'stolen', 'forwarded', 'transplanted', 'downgraded', 'revoked', 'stale', 'unbound'])(
    'the class %s is attacked',
    (cls) => {
      const classes = SCENARIOS.map(({ expected: { reason } }) =>
        reason === 'ok' || reason === 'envoy' ? '' : REASONS[reason].class,
      )
      expect(classes).toContain(cls)
    },
  )
})
