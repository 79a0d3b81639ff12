import { describe, expect, it } from 'vitest'
import { formatReport, summary } from '../../../src/drill/report.ts'
import type { Row } from '../../../src/drill/row.ts'
import { allAsExpected, judge, runDrill } from '../../../src/drill/run-drill.ts'
import type { Need, Scenario } from '../../../src/drill/scenario.ts'
import type { Stage } from '../../../src/drill/session.ts'
import type { Answer } from '../../../src/drill/target/target.ts'
import { SERVICES } from '../../../src/drill/world/workloads.ts'

const STOPPED: Answer = {
  status: 401,
  reason: 'proof_replayed',
  class: 'replayed',
  wouldDeny: false,
  error: 'invalid_dpop_proof',
  nonce: undefined,
  upstream: undefined,
  decisionId: 'd1',
}
const PASSED: Answer = { ...STOPPED, status: 200, reason: 'ok', class: 'none', error: undefined }
const ON_THE_WIRE: Answer = { ...STOPPED, reason: undefined, class: undefined }

const ATTACK: Scenario = {
  name: 'attack',
  story: 'agent',
  honest: false,
  did: 'did',
  stops: 'stops',
  expected: { status: 401, reason: 'proof_replayed' },
  run: async () => ({ answer: STOPPED }),
}
const HONEST: Scenario = { ...ATTACK, name: 'honest', honest: true, expected: { status: 200, reason: 'ok' } }

const ONE_ROUTE = Object.fromEntries(SERVICES.map((name) => [name, 'https://a'])) as Stage['world']['origins']

function outcome(scenario: Scenario, answer: Answer, fault?: string): string {
  return judge(scenario, scenario.expected, { answer, fault }).outcome
}

describe('judging', () => {
  it.each([
    ['an attack that is stopped for its reason', ATTACK, STOPPED, 'stopped'],
    ['an attack that passes', ATTACK, PASSED, 'missed'],
    ['an attack stopped for another reason', ATTACK, { ...STOPPED, reason: 'proof_stale' }, 'wrong'],
    ['an attack stopped under another class', ATTACK, { ...STOPPED, class: 'stale' }, 'wrong'],
    ['an attack stopped with another status', ATTACK, { ...STOPPED, status: 403 }, 'wrong'],
    ['an attack that observe only would have denied', ATTACK, { ...STOPPED, wouldDeny: true }, 'wrong'],
    ['honest use that passes', HONEST, PASSED, 'passed'],
    ['honest use that is refused', HONEST, STOPPED, 'refused'],
    ['the wire alone, saying the same', ATTACK, ON_THE_WIRE, 'stopped'],
    ['the wire alone, saying something else', ATTACK, { ...ON_THE_WIRE, error: 'use_dpop_nonce' }, 'wrong'],
  ])('%s', (_, scenario, answer, expected) => {
    expect(outcome(scenario, answer)).toBe(expected)
  })

  it('a fault beside status and reason counts', () => {
    expect(outcome(ATTACK, STOPPED, 'two copies passed')).toBe('wrong')
    expect(outcome({ ...ATTACK, expected: { status: 200, reason: 'ok' } }, PASSED, 'the forged header passed')).toBe(
      'missed',
    )
  })

  it('where Envoy refuses by itself, Holdfast was not asked', () => {
    const scenario: Scenario = { ...ATTACK, expected: { status: 400, reason: 'envoy' } }
    const byEnvoy = { ...ON_THE_WIRE, status: 400, error: undefined, decisionId: undefined }
    expect(outcome(scenario, byEnvoy)).toBe('stopped')
    expect(outcome(scenario, { ...byEnvoy, decisionId: 'd1' })).toBe('wrong')
  })

  it('what observe lets pass is detected, not stopped', () => {
    const scenario: Scenario = { ...ATTACK, expected: { status: 200, reason: 'token_unbound', wouldDeny: true } }
    const seen = { ...PASSED, reason: 'token_unbound', class: 'unbound', wouldDeny: true }
    expect(outcome(scenario, seen)).toBe('detected')
    expect(outcome(scenario, { ...seen, wouldDeny: false })).toBe('missed')
    // The wire alone cannot tell it from an allow.
    expect(outcome(scenario, { ...seen, reason: undefined, class: undefined, wouldDeny: false })).toBe('left out')
  })
})

describe('a run', () => {
  const target = { description: '', hasEnvoy: false, send: async () => STOPPED, close: () => undefined }
  const world = { origins: ONE_ROUTE } as Stage['world']
  const stage: Stage = { world, target, nowSeconds: () => 0 }

  it('says what it left out, and does not count it', async () => {
    const rows = await runDrill(stage, [ATTACK, { ...ATTACK, needs: ['revocations'] }])
    expect(rows.map((row: Row) => row.outcome)).toEqual(['stopped', 'left out'])
    expect(allAsExpected(rows)).toBe(true)
    expect(summary(rows)).toBe('1 of 1 as expected: 0 honest passed, 1 attacks stopped, 1 left out')
  })

  it.each<[Need, Partial<Stage>, Partial<Stage['world']>]>([
    ['Envoy', { target: { ...target, hasEnvoy: true } }, {}],
    ['own routes', {}, { origins: { ...ONE_ROUTE, deploy: 'https://b' } }],
    ['revocations', {}, { revocations: 'file' }],
    ['second target', { second: target }, {}],
    ['shared revocations', { second: target }, { replicaConfig: 'file' }],
  ])('plays what needs "%s" only where it has it', async (needs, more, moreWorld) => {
    const scenario: Scenario = { ...ATTACK, needs: [needs] }
    const full: Stage = { ...stage, ...more, world: { ...world, ...moreWorld } }
    expect((await runDrill(full, [scenario]))[0]?.outcome).toBe('stopped')
    const without = [
      { ...full, world },
      { ...full, second: undefined },
      { ...full, target },
    ].map(async (less) => (await runDrill(less, [scenario]))[0])
    const rows = (await Promise.all(without)).filter((row) => row?.outcome === 'left out')
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows)
      expect(row?.fault).toMatch(/may not write|--second-target|replicaConfig|--target URL|more routes/)
  })

  it('tells what was not played in a line, with its names, not in the table', async () => {
    const others = ['one', 'two'].map(
      (name): Scenario => ({
        ...ATTACK,
        name,
        story: 'two replicas',
        needs: ['second target'],
      }),
    )
    const report = formatReport(await runDrill(stage, [ATTACK, ...others]), 140)
    expect(report).toContain('Story: agent')
    expect(report).not.toContain('Story: two replicas')
    expect(report).toMatch(/^- not played: one, two: needs a second gateway/m)
    expect(report).toContain('1 of 1 as expected')
  })

  it('fails on one miss, and when nothing ran', async () => {
    const missed: Scenario = { ...ATTACK, run: async () => ({ answer: PASSED }) }
    const rows = await runDrill(stage, [ATTACK, missed])
    expect(allAsExpected(rows)).toBe(false)
    expect(summary(rows)).toBe('1 of 2 as expected: 0 honest passed, 1 attacks stopped, 1 MISSED')
    expect(allAsExpected(await runDrill(stage, [{ ...ATTACK, needs: ['revocations'] }]))).toBe(false)
  })

  it('without Envoy it expects what Holdfast alone says', async () => {
    const scenario: Scenario = { ...ATTACK, expected: { status: 400, reason: 'envoy' }, withoutEnvoy: ATTACK.expected }
    expect((await runDrill(stage, [scenario]))[0]?.outcome).toBe('stopped')
    const behindEnvoy = { ...stage, target: { ...target, hasEnvoy: true } }
    expect((await runDrill(behindEnvoy, [scenario]))[0]?.outcome).toBe('wrong')
  })
})
