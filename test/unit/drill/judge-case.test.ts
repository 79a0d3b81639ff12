import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accused, type ExpectedCase, nobody, twoSenders } from '../../../src/drill/cases/expected-case.ts'
import { judgeCase } from '../../../src/drill/cases/judge-case.ts'
import { USUAL_PORTS } from '../../../src/drill/local/ports.ts'
import { makeWorld } from '../../../src/drill/world/make-world.ts'
import { type CallerName, type Pod, spiffeIdOf } from '../../../src/drill/world/workloads.ts'
import { loadWorld, thumbprintOf, type World } from '../../../src/drill/world/world.ts'
import type { Case, Finding, SenderColumn } from '../../../src/ledger/case/case.ts'
import type { Sender } from '../../../src/ledger/sender.ts'

let dir: string
let world: World

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  await makeWorld(dir, USUAL_PORTS, undefined)
  const loaded = await loadWorld(dir)
  if (!loaded.ok) throw new Error(loaded.error)
  world = loaded.value
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const STOLEN: Finding = { name: 'stolen', confidence: 'proven', accuses: true, sentence: '' }
const CREATED: Finding = { name: 'created here', confidence: 'none', accuses: false, sentence: '' }
const WANTED = accused('proven', 'stolen', 'token', twoSenders('payments', 'reports'))

function seen(caller: CallerName, { pod = '1', ...more }: Partial<Sender> & { pod?: Pod } = {}): Sender {
  return { peer: spiffeIdOf(caller), certificate: thumbprintOf(world, caller, pod), address: '127.0.0.1', ...more }
}

function column(sender: Sender | undefined): SenderColumn {
  return { title: '', sender, hash: undefined, firstMs: undefined, lastMs: undefined, count: undefined }
}

function caseOf(finding: Finding, left?: Sender, right?: Sender): Case {
  const senders = right === undefined ? undefined : { left: column(left), right: column(right) }
  return { finding, senders } as Case
}

const judge = (expected: ExpectedCase, found: Case, honest = false) => judgeCase(expected, honest, found, world)

describe('a case', () => {
  it('that says what happened, with both senders in their columns, is right', () => {
    const verdict = judge(WANTED, caseOf(STOLEN, seen('payments'), seen('reports')))
    expect(verdict).toEqual({ right: true, falseAccusation: false, says: 'stolen, proven', fault: undefined })
  })

  it('may know a holder that was never seen by its SPIFFE ID alone', () => {
    const named = seen('payments', { certificate: undefined, address: '' })
    expect(judge(WANTED, caseOf(STOLEN, named, seen('reports'))).right).toBe(true)
  })

  it.each<[string, Partial<Finding>, string]>([
    ['another finding', { name: 'forwarded' }, 'expected stolen, proven, says forwarded, proven'],
    ['another confidence', { confidence: 'suspected' }, 'expected stolen, proven, says stolen, suspected'],
    ['no accusation', { accuses: false }, 'accuses nobody'],
  ])('with %s is wrong, but accuses nobody falsely', (_, change, fault) => {
    const found = caseOf({ ...STOLEN, ...change }, seen('payments'), seen('reports'))
    expect(judge(WANTED, found)).toMatchObject({ right: false, falseAccusation: false, fault })
  })

  it('without the two senders, or with another than the thief, is wrong', () => {
    expect(judge(WANTED, caseOf(STOLEN)).fault).toBe('does not show the two senders')
    const another = judge(WANTED, caseOf(STOLEN, seen('payments'), seen('tool')))
    expect(another).toMatchObject({ falseAccusation: false, fault: 'has another sender than reports on the right' })
    const unknown = { ...caseOf(STOLEN, seen('payments'), seen('reports')) }
    const hashOnly = { ...unknown, senders: { left: column(undefined), right: column(seen('reports')) } }
    expect(judge(WANTED, hashOnly).fault).toBe('has another sender than payments on the left')
  })

  it('tells pods of one workload apart by certificate, and places by address', () => {
    const otherPod = accused('proven', 'stolen', 'token', twoSenders('payments', 'payments', { pod: '2' }))
    expect(judge(otherPod, caseOf(STOLEN, seen('payments'), seen('payments', { pod: '2' }))).right).toBe(true)
    expect(judge(otherPod, caseOf(STOLEN, seen('payments'), seen('payments', { pod: '3' }))).right).toBe(false)
    const elsewhere = accused('proven', 'stolen', 'token', twoSenders('payments', 'laptop', { from: '127.0.0.9' }))
    const laptop = (address: string) => caseOf(STOLEN, seen('payments'), seen('laptop', { address }))
    expect(judge(elsewhere, laptop('127.0.0.9')).right).toBe(true)
    expect(judge(elsewhere, laptop('127.0.0.1')).right).toBe(false)
  })
})

describe('a false accusation', () => {
  it('is one of honest use, whatever the case says otherwise', () => {
    const honest = nobody('created here')
    expect(judge(honest, caseOf(CREATED), true)).toMatchObject({ right: true, falseAccusation: false })
    const accusing = { ...CREATED, accuses: true }
    expect(judge(honest, caseOf(accusing), true)).toMatchObject({ right: false, falseAccusation: true })
    // A wrong name that accuses nobody is wrong, and no more.
    const late: Finding = { ...CREATED, name: 'first seen late' }
    expect(judge(honest, caseOf(late), true)).toMatchObject({ right: false, falseAccusation: false })
  })

  it('is one of the holder in place of the thief', () => {
    const turned = caseOf(STOLEN, seen('reports'), seen('payments'))
    const fault = 'accuses the holder: stolen, proven'
    expect(judge(WANTED, turned)).toMatchObject({ right: false, falseAccusation: true, fault })
  })
})
