/** Tables in the documents that repeat what the code says. */
import { describe, expect, test } from 'vitest'
import { CONTAINMENT_KINDS, CONTAINMENT_OUTCOMES } from '../../src/app/ledger/containment.ts'
import { REASON_NAMES, REASONS } from '../../src/check/reasons.ts'
import type { ReplayStore } from '../../src/check/replay/replay-store.ts'
import { caseWords } from '../../src/drill/cases/judge-case.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { FINDINGS } from '../../src/ledger/case/case.ts'
import { INCIDENT_CLASSES } from '../../src/ledger/incident.ts'
import { ruleGroups } from '../../src/monitoring/rules.ts'
import { makeLedgerMetrics } from '../../src/observability/ledger-metrics.ts'
import { makeMetricSet } from '../../src/observability/metric-set.ts'
import { METRICS } from '../../src/observability/metric-table.ts'
import { makePrometheusObserver } from '../../src/observability/prometheus-observer.ts'
import { makeRuntimeMetrics } from '../../src/observability/runtime-metrics.ts'
import { timeReplayStore } from '../../src/observability/timed-replay-store.ts'
import { readDocument, readText, tableRows } from './documents.ts'

const plain = (cell: string): string => cell.replaceAll('`', '')

describe('docs/stories.md', () => {
  test('has every scenario of the drill in its order, as the drill tells it', () => {
    const told = tableRows(readDocument('docs/stories.md'), /^`/).map((row) => row.map(plain))
    const played = SCENARIOS.map(({ name, honest, did, expected, investigated, stops }) => [
      name,
      `${honest ? 'honest' : 'attack'}: ${did}`,
      `${expected.status} ${expected.reason}`,
      investigated === undefined ? '–' : caseWords({ name: investigated.finding, confidence: investigated.confidence }),
      stops,
    ])
    expect(told).toEqual(played)
  })
})

describe('the drill output in README.md', () => {
  const output = readDocument('README.md').blocks.find(({ marker }) => marker === 'drill output')?.text ?? ''

  test('shows scenarios with what the drill expects of them', () => {
    const rows = [...output.matchAll(/^✓ {2}(\S+) +(honest|attack): .* (\d{3}) +(\d{3}) +(\w+)/gm)]
    expect(rows.length).toBeGreaterThan(3)
    for (const [, name, kind, expected, seen, reason] of rows) {
      const scenario = SCENARIOS.find((one) => one.name === name)
      expect([kind, Number(expected), Number(seen), reason]).toEqual([
        scenario?.honest ? 'honest' : 'attack',
        scenario?.expected.status,
        scenario?.expected.status,
        scenario?.expected.reason,
      ])
    }
  })

  test('counts them right', () => {
    // The demo has one replica, and no half minutes.
    const played = SCENARIOS.filter(({ story, slow }) => story !== 'two replicas' && slow !== true)
    const honest = played.filter((one) => one.honest).length
    const detected = played.filter(({ expected }) => expected.wouldDeny === true || expected.byLedger === true).length
    const stopped = played.length - honest - detected
    expect(output).toContain(
      `${played.length} of ${played.length} as expected: ${honest} honest passed, ${stopped} attacks stopped, ${detected} detected`,
    )
  })
})

describe('docs/incident.md', () => {
  const document = readDocument('docs/incident.md')

  test('has every finding in its order, each class of incident once, and something to do for each', () => {
    const [, table = ''] = document.prose.split('## What a finding means')
    const rows = tableRows({ ...document, prose: table.split('\n## ')[0] ?? '' }, /^`/)
    expect(rows.map(([finding = '']) => plain(finding))).toEqual([...FINDINGS])
    const classes = rows.flatMap(([, name = '']) => (name === '–' ? [] : [plain(name)]))
    expect(classes.toSorted()).toEqual([...INCIDENT_CLASSES].sort())
    for (const [finding = '', name = '', ...texts] of rows) {
      expect([finding, texts.length, texts.every((text) => text.length > 5)]).toEqual([finding, 2, true])
      if (name !== '–') expect(plain(finding)).toContain(plain(name))
    }
  })

  test('begins with alerts as the rules have them', () => {
    const alerts = ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => ('alert' in rule ? [rule] : [])))
    const told = tableRows(document, /^\[Holdfast/).map(([link = '', ...rest]) => [/\w+/.exec(link)?.[0], ...rest])
    expect(told.length).toBeGreaterThan(4)
    const known = alerts.map(({ alert, labels, annotations }) => [alert, labels.severity, annotations.summary])
    for (const row of told) expect(known).toContainEqual(row)
  })
})

describe('docs/metrics.md', () => {
  const document = readDocument('docs/metrics.md')

  test('has every metric with type, labels and meaning', () => {
    const told = tableRows(document, /^`holdfast_/).map((row) => row.map(plain))
    const made = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
      `holdfast_${name}`,
      type,
      labels.length === 0 ? '–' : labels.join(', '),
      help,
    ])
    expect(told).toEqual(made)
  })

  test('has every label, and every class', () => {
    const labels = new Set(Object.values(METRICS).flatMap(({ labels }): readonly string[] => labels))
    const described = tableRows(document, /^`[a-z]/).map(([cell]) => cell ?? '')
    expect([...labels].filter((label) => !described.some((cell) => cell.includes(`\`${label}\``)))).toEqual([])
    for (const reason of REASON_NAMES) expect(document.prose).toContain(`\`${REASONS[reason].class}\``)
  })

  test('counts the series as they are', async () => {
    const set = makeMetricSet()
    const runtime = makeRuntimeMetrics(set, { version: '1', node: '2' }, () => 0)
    timeReplayStore({} as ReplayStore, 'memory', set, () => 0)
    makePrometheusObserver(set).setRoutes([
      { name: 'a', mode: 'enforce' },
      { name: 'b', mode: 'observe' },
      { name: 'c', mode: 'off' },
    ])
    runtime.configApplied({ hash: 'x', issuers: ['a', 'b'], insecureSettings: [] })
    makeLedgerMetrics(set, { classes: INCIDENT_CLASSES, revokes: CONTAINMENT_KINDS, outcomes: CONTAINMENT_OUTCOMES })
    const components = ['config', 'replay_store', 'jwks:a', 'jwks:b', 'revocations', 'ledger']
    runtime.componentsChanged(new Map(components.map((name) => [name, { ready: true }])))
    const series = (await set.render()).body.split('\n').filter((line) => line.startsWith('holdfast_'))
    expect(document.text).toContain(`R = ${REASON_NAMES.length} reasons`)
    expect(document.text).toContain(`: ${series.length} series`)
  })
})

describe('ARCHITECTURE.md', () => {
  const { text } = readDocument('ARCHITECTURE.md')

  test('is no longer than 200 lines', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(200)
  })

  test('bounds of the memories are those of the code', () => {
    const constants = [...readText('src/app/memories.ts').matchAll(/^(?:export )?const [A-Z_]+ = (\d+_\d+)$/gm)]
    expect(constants.length).toBeGreaterThan(3)
    for (const [, bound = ''] of constants) expect(text).toContain(bound.replace('_', ','))
  })

  test('every reason that a check can give today stands in the path of a request', () => {
    const later = ['token_inactive', 'introspection_unavailable', 'session_cloned']
    const between = ['proof_type', 'proof_algorithm', 'proof_key', 'proof_signature', 'proof_target_mismatch']
    const inOrder = ['proof_stale', 'proof_future', 'proof_token_mismatch', 'deadline_exceeded', 'internal_error']
    const unnamed = new Set([...later, ...between, ...inOrder])
    expect(REASON_NAMES.filter((reason) => !unnamed.has(reason) && !text.includes(`\`${reason}\``))).toEqual([])
  })
})
