import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CaseSource } from '../../../src/drill/cases/case-source.ts'
import { accused, type ExpectedCase, nobody } from '../../../src/drill/cases/expected-case.ts'
import { investigate } from '../../../src/drill/cases/investigate.ts'
import { newSigningKey } from '../../../src/drill/mint.ts'
import { formatReport, reportJson, summary } from '../../../src/drill/report.ts'
import type { Row } from '../../../src/drill/row.ts'
import { allAsExpected } from '../../../src/drill/run-drill.ts'
import type { Session, Stage } from '../../../src/drill/session.ts'
import type { Answer } from '../../../src/drill/target/target.ts'
import { SERVICES } from '../../../src/drill/world/workloads.ts'
import type { Case, Finding } from '../../../src/ledger/case/case.ts'
import type { Question } from '../../../src/ledger/case/question.ts'

const { key } = await newSigningKey()
const ANSWER: Answer = {
  status: 200,
  reason: 'ok',
  class: 'none',
  wouldDeny: false,
  error: undefined,
  nonce: undefined,
  upstream: undefined,
  decisionId: 'd1',
}
const world = {
  issuer: 'https://issuer.example',
  issuerKey: key,
  origins: Object.fromEntries(SERVICES.map((name) => [name, 'https://a'])),
} as Stage['world']
const target = { description: '', hasEnvoy: false, send: async () => ANSWER, close: () => undefined }
const stage: Stage = { world, target, nowSeconds: () => 0 }
const SESSION: Session = {
  workload: 'payments',
  service: 'payments',
  token: 'a.b.c',
  sessionId: 's1',
  tokenId: 't1',
  key,
  scheme: 'DPoP',
}
const CREATED: Finding = { name: 'created here', confidence: 'none', accuses: false, sentence: '' }
const CLONED: Finding = { name: 'cloned', confidence: 'proven', accuses: true, sentence: '' }

function row(investigated: ExpectedCase | undefined, more: Partial<Row> & { honest?: boolean } = {}): Row {
  const { honest = false, ...changes } = more
  const expected = { status: 200, reason: 'ok' } as const
  return {
    scenario: {
      name: 'one',
      story: 'agent',
      honest,
      did: '',
      stops: '',
      expected,
      ...(investigated === undefined ? {} : { investigated }),
      run: async () => ({ answer: ANSWER }),
    },
    expected,
    outcome: honest ? 'passed' : 'stopped',
    answer: ANSWER,
    session: SESSION,
    case: undefined,
    fault: undefined,
    ...changes,
  }
}

/** Knows every session as created here, but what is asked for the rows' own. */
function source(finding: Finding): CaseSource & { readonly asked: readonly Question[] } {
  const asked: Question[] = []
  return {
    asked,
    async ask(question) {
      asked.push(question)
      const own = ['s1', 't1', 'd1', key.thumbprint].includes(question.value) || question.kind === 'token'
      return { ok: true, value: { finding: own ? finding : CREATED } as Case }
    },
    close: async () => undefined,
  }
}

async function after(finding: Finding, ...rows: Row[]): Promise<readonly Row[]> {
  return investigate(stage, source(finding), rows)
}

describe('the cases after a drill', () => {
  it('are asked for by what a responder has, once two batches of the ledger are written', async () => {
    const cases = source(CLONED)
    const wanted = (['decision', 'token', 'jti', 'session', 'key'] as const).map((by) =>
      row(accused('proven', 'cloned', by)),
    )
    const rows = await investigate(stage, cases, wanted)
    expect(rows.map((one) => one.case?.right)).toEqual([true, true, true, true, true])
    const { issuer } = world
    expect(cases.asked.slice(0, 2).map(({ kind }) => kind)).toEqual(['session', 'session'])
    expect(cases.asked.slice(2)).toEqual([
      { kind: 'decision', value: 'd1' },
      { kind: 'token', value: createHash('sha256').update('a.b.c').digest('hex') },
      { kind: 'jti', value: 't1', issuer },
      { kind: 'session', value: 's1', issuer },
      { kind: 'key', value: key.thumbprint },
    ])
  })

  it('a right one changes nothing, and is counted', async () => {
    const rows = await after(CREATED, row(nobody('created here'), { honest: true }))
    expect(rows[0]?.outcome).toBe('passed')
    expect(summary(rows)).toBe(
      '1 of 1 as expected: 1 honest passed, 0 attacks stopped; 1 of 1 cases right, 0 false accusations',
    )
    expect(formatReport(rows, 140)).toContain('[created here]')
  })

  it('a false accusation makes the row wrong, is told and counted, and is not asked for again', async () => {
    const cases = source(CLONED)
    const rows = await investigate(stage, cases, [row(nobody('created here'), { honest: true })])
    expect(rows[0]).toMatchObject({ outcome: 'wrong', fault: 'case: accuses honest use: cloned, proven' })
    expect(allAsExpected(rows)).toBe(false)
    expect(summary(rows)).toMatch(/; 0 of 1 cases right, 1 false accusation$/)
    expect(formatReport(rows, 140)).toContain('✗ one: wrong: case: accuses honest use: cloned, proven')
    expect(reportJson(rows)).toMatchObject({
      asExpected: false,
      cases: { asked: 1, right: 0, falseAccusations: 1 },
      scenarios: [{ case: { says: 'cloned, proven', right: false, falseAccusation: true } }],
    })
    expect(cases.asked).toHaveLength(3)
  })

  it('what only the ledger can find is missed without a right case', async () => {
    const expected = { status: 200, reason: 'ok', byLedger: true } as const
    const wanted = row(accused('proven', 'cloned', 'key'), { expected, outcome: 'detected' })
    const cases: CaseSource = { ...source(CREATED), ask: async () => ({ ok: false, error: 'no answer' }) }
    const rows = await investigate(stage, cases, [wanted], 0)
    expect(rows[0]).toMatchObject({ outcome: 'missed', fault: 'case: no answer' })
  })

  it('of rows that came out otherwise, or expect none, are not asked for', async () => {
    const cases = source(CREATED)
    const missed = row(accused('proven', 'cloned', 'key'), { outcome: 'missed' })
    const rows = await investigate(stage, cases, [missed, row(undefined)])
    expect(rows.map((one) => one.case)).toEqual([undefined, undefined])
    expect(cases.asked).toEqual([])
  })

  it('where there is no source, one line says so', () => {
    const report = formatReport([row(nobody('created here'))], 140, 'no ledger')
    expect(report).toMatch(/^- cases not asked for: no ledger$/m)
    expect(formatReport([row(undefined)], 140, 'no ledger')).not.toContain('cases not asked for')
    expect(reportJson([row(nobody('created here'))], 'no ledger')).toMatchObject({ cases: { notAsked: 'no ledger' } })
  })
})
