/** D-E1 to D-E10, D23, B4: our own Envoy files have nothing to complain of, and each check has a twin that is one thing away. */
import { describe, expect, it } from 'vitest'
import { CHECKS, type CheckId } from '../../../src/doctor/catalogue.ts'
import { RIGHT, WRONG } from './envoy-cases.ts'
import { bySecret, mode } from './envoy-changes.ts'
import { complaints, judgeFile, statusOf } from './envoy-world.ts'

describe('the files of envoy/', () => {
  it.each(['sidecar', 'unix-socket'] as const)('%s.yaml: nothing is wrong', (file) => {
    expect(complaints(judgeFile(file))).toEqual([])
  })

  it('gateway.yaml: nothing is wrong behind one trusted hop', () => {
    expect(complaints(judgeFile('gateway', undefined, { trustedHops: 1 }))).toEqual([])
  })

  it('gateway-edge.yaml: asks nobody, which only its reader can judge; the rest is good', () => {
    expect(complaints(judgeFile('gateway-edge', undefined, { trustedHops: 1 }))).toEqual(['envoy-filter unknown'])
  })

  it('every check of the area is made', () => {
    const made = new Set(judgeFile('sidecar', undefined, { clientSecret: true }).map(({ id }) => id))
    const ids = Object.entries(CHECKS).flatMap(([id, { area }]) => (area === 'envoy' ? [id] : []))
    expect(ids.filter((id) => !made.has(id as CheckId))).toEqual([])
  })
})

describe('one thing wrong', () => {
  it.each(WRONG)('$id is $status: $title', ({ id, status, change, wishes }) => {
    const found = complaints(judgeFile('sidecar', change, wishes))
    expect(found).toEqual([`${id} ${status}`])
  })

  it('every check has such a twin', () => {
    const elsewhere = ['envoy-dump', 'envoy-filter', 'envoy-coverage']
    const ids = Object.entries(CHECKS).flatMap(([id, { area }]) => (area === 'envoy' ? [id] : []))
    expect(ids.filter((id) => !WRONG.some((one) => one.id === id)).sort()).toEqual(elsewhere.sort())
  })

  it.each(WRONG)('$id, $title: it says how to mend it', ({ id, status, change, wishes }) => {
    const finding = judgeFile('sidecar', change, wishes).find((one) => one.id === id && one.status === status)
    expect(finding?.mend).toMatch(/\w{4}/)
  })
})

describe('the same in other words', () => {
  it.each(RIGHT)('$id is $status: $title', ({ id, status, change, wishes }) => {
    const findings = judgeFile('sidecar', change, wishes)
    expect([statusOf(findings, id), complaints(findings)]).toEqual([status, []])
  })

  it('a secret that accepts anybody is found where it is', () => {
    const found = judgeFile('sidecar', (parts) => {
      bySecret(parts)
      const context = { trusted_ca: {}, trust_chain_verification: 1 }
      parts.whole['static_resources'].secrets = [{ name: 'ROOTCA', validation_context: context }]
    })
    expect(complaints(found)).toEqual(['envoy-trust-chain failed'])
  })

  it('D23 an edge that passes on what callers wrote', () => {
    const found = judgeFile('gateway-edge', mode('ALWAYS_FORWARD_ONLY'), { trustedHops: 1 })
    expect(statusOf(found, 'envoy-forwarded-header')).toBe('failed')
    expect(statusOf(judgeFile('gateway-edge', mode('APPEND_FORWARD')), 'envoy-forwarded-header')).toBe('warning')
  })
})
