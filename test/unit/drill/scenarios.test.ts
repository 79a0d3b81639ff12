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
        expect(expected.wouldDeny ?? expected.byLedger ?? name === 'sa-spoofed-identity', name).toBe(true)
    }
  })

  it('at least 24 are attacks, and none of the look-alikes is', () => {
    expect(SCENARIOS.filter(({ honest }) => !honest).length).toBeGreaterThanOrEqual(24)
    const lookAlikes = SCENARIOS.filter(({ story }) => story === 'look-alikes')
    expect(lookAlikes.length).toBeGreaterThanOrEqual(6)
    expect(lookAlikes.filter(({ honest }) => !honest)).toEqual([])
  })

  it('each that shows a token says what the case of it must say; of honest use it accuses nobody', () => {
    for (const { honest, investigated, name } of SCENARIOS) {
      if (investigated === undefined) expect(name).toMatch(/^(partner-public-page|sa-dot-path|sa-escaped-path)$/)
      if (honest) expect(investigated?.accuses ?? false, name).toBe(false)
    }
  })

  it('what no check refuses is found by a case that accuses', () => {
    for (const { expected, investigated, name, needs } of SCENARIOS) {
      if (expected.byLedger !== true) continue
      expect(investigated?.accuses, name).toBe(true)
      expect(needs, name).toContain('cases')
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

  it.each([
    'cloned',
    'stolen',
    'forwarded',
    'replayed',
    'transplanted',
    'revoked use',
    'downgraded',
    'stale use',
    'concurrent use',
    'repeated by its own sender',
    'created here',
    'nothing known',
  ])('the finding "%s" is expected of a case', (finding) => {
    expect(SCENARIOS.map(({ investigated }) => investigated?.finding)).toContain(finding)
  })
})
