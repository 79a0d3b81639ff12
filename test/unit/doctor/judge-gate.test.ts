/** G6 the gate as findings: safe only where every condition has a number and holds, wherever the route is. */
import { describe, expect, it } from 'vitest'
import type { GateConditionFacts, GateFacts, GateSample } from '../../../src/doctor/facts.ts'
import { judgeGate } from '../../../src/doctor/judge-gate.ts'
import { complaints, statusOf } from './envoy-world.ts'

const NAMES = ['observed', 'scraped', 'traffic', 'judged', 'clean'] as const
const HOLDS: GateSample = { owner: 'shop/holdfast', holds: true, measured: 1 }

type Answered = Extract<GateFacts, { kind: 'answered' }>

function gate(change: Partial<Record<(typeof NAMES)[number], readonly GateSample[]>>, more: Partial<Answered> = {}) {
  const conditions = NAMES.map((name): GateConditionFacts => {
    const unit = name === 'traffic' || name === 'clean' ? 'checks' : 'share'
    return { name, demands: `${name} demands`, unit, samples: change[name] ?? [HOLDS] }
  })
  return judgeGate({
    kind: 'answered',
    source: 'http://127.0.0.1:9090',
    route: 'legacy',
    mode: 'observe',
    window: '7d',
    conditions,
    refused: [],
    ...more,
  })
}

const seen = (findings: ReturnType<typeof judgeGate>, id: string) => findings.find((one) => one.id === id)?.seen

describe('the verdict', () => {
  it('all hold: safe', () => {
    const found = gate({})
    expect(complaints(found)).toEqual([])
    expect(seen(found, 'gate-verdict')).toContain('may enforce')
  })

  it.each(NAMES)('%s does not hold: not safe', (name) => {
    const found = gate({ [name]: [{ ...HOLDS, holds: false }] })
    expect(complaints(found)).toEqual([`gate-${name} failed`, 'gate-verdict failed'])
    expect(seen(found, 'gate-verdict')).toContain(`does not hold: ${name}`)
  })

  it.each(NAMES)('%s has no data: not safe, and named', (name) => {
    const found = gate({ [name]: [] })
    expect(complaints(found)).toEqual([`gate-${name} unknown`, 'gate-verdict failed'])
    expect(seen(found, 'gate-verdict')).toContain(`has no data: ${name}`)
  })

  it('nothing is known of the route: not safe, though scrapes are', () => {
    const found = gate({ observed: [], traffic: [], judged: [], clean: [] })
    expect(statusOf(found, 'gate-verdict')).toBe('failed')
    expect(seen(found, 'gate-verdict')).toContain('has no data: observed, traffic, judged, clean')
    const without = gate({ observed: [], traffic: [], judged: [], clean: [], scraped: [] }, { mode: 'enforce' })
    expect(seen(without, 'gate-verdict')).toContain('scraped')
    expect(seen(without, 'gate-verdict')).toContain('mode: enforce')
  })

  it('one of two owners is not ready: not safe; a foreign one without the route does not count', () => {
    const other = { ...HOLDS, owner: 'blue/holdfast' }
    const both = Object.fromEntries(NAMES.map((name) => [name, [HOLDS, other]]))
    expect(complaints(gate(both))).toEqual([])
    expect(complaints(gate({ ...both, clean: [HOLDS, { ...other, holds: false }] }))).toContain('gate-verdict failed')
    expect(complaints(gate({ ...both, traffic: [HOLDS] }))).toEqual(['gate-traffic unknown', 'gate-verdict failed'])
    expect(complaints(gate({ scraped: [HOLDS, { ...other, holds: false }] }))).toEqual([])
  })
})

describe('what is told', () => {
  it('values as people read them, with what is demanded', () => {
    const found = gate({
      observed: [{ ...HOLDS, measured: 0.97619 }],
      traffic: [{ ...HOLDS, measured: 4321.49 }],
      clean: [{ ...HOLDS, measured: 1 }],
      judged: [{ ...HOLDS, measured: Number.NaN }],
    })
    expect(seen(found, 'gate-observed')).toBe('98 %; demanded: observed demands')
    expect(seen(found, 'gate-traffic')).toBe('4321 checks; demanded: traffic demands')
    expect(seen(found, 'gate-clean')).toBe('1 check; demanded: clean demands')
    expect(seen(found, 'gate-judged')).toBe('no number; demanded: judged demands')
  })

  it('who would break, most first, and where the workload stands', () => {
    const owner = HOLDS.owner
    const found = gate(
      { clean: [{ ...HOLDS, holds: false }] },
      {
        refused: [
          { owner, reason: 'nonce_required', checks: 40, byNonce: true },
          { owner, reason: 'token_unbound', checks: 2.5, byNonce: false },
          { owner, reason: 'token_missing', checks: 7, byNonce: false },
        ],
      },
    )
    const who = found.filter(({ id }) => id === 'gate-who')
    expect(who.map(({ subject, status }) => [subject, status])).toEqual([
      ['nonce_required', 'ok'],
      ['token_missing', 'warning'],
      ['token_unbound', 'warning'],
    ])
    expect(who[1]?.mend).toContain('.would_deny == true and .route == "legacy" and .reason == "token_missing"')
    expect(who[1]?.mend).toContain('No metric has a label for the workload')
  })

  it('out of reach: only that', () => {
    const [finding, ...others] = judgeGate({ kind: 'unreachable', source: 'http://p', detail: 'it answers 502' })
    expect([finding?.id, finding?.unreachable, others]).toEqual(['gate-prometheus', true, []])
  })
})
