/** Rules of `audit`: one process writes one chain, and a key signs something. */
import { describe, expect, test } from 'vitest'
import { auditRules } from '../../../src/config/rules/audit-rules.ts'
import { audit as auditSchema } from '../../../src/config/schema/audit.ts'
import { server as serverSchema } from '../../../src/config/schema/server.ts'

/** As `PATH MESSAGE`. */
function faultsOf(audit: object, workers: number): string[] {
  const sections = {
    audit: auditSchema.parse(audit),
    server: serverSchema.parse({ listen: '127.0.0.1:9191', workers }),
  }
  return auditRules(sections as Parameters<typeof auditRules>[0]).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  )
}

describe('G5 audit', () => {
  test.each([
    ['file', { file: 'audit.jsonl' }],
    ['stdout', { stdout: true }],
  ])('%s has one writer', (name, audit) => {
    expect(faultsOf(audit, 1)).toEqual([])
    expect(faultsOf(audit, 2)).toEqual([expect.stringContaining(`audit.${name} would be written by several workers`)])
  })

  test('a collector takes the records of several workers', () => {
    expect(faultsOf({ otlp: { endpoint: 'http://127.0.0.1:4318/v1/logs' } }, 4)).toEqual([])
  })

  test('a key signs a chain', () => {
    const signingKey = 'file:key.pem'
    expect(faultsOf({ signingKey, file: 'audit.jsonl' }, 1)).toEqual([])
    expect(faultsOf({ signingKey, stdout: true }, 1)).toEqual([])
    expect(faultsOf({ signingKey, otlp: { endpoint: 'http://127.0.0.1:4318/v1/logs' } }, 1)).toEqual([
      'audit.signingKey signs nothing without audit.file or audit.stdout; set one of them',
    ])
  })

  test.each([
    [{ file: '-' }, 'set audit.stdout: true'],
    [{ otlp: { endpoint: 'collector:4318' } }, 'is no URL'],
    [{ otlp: { endpoint: 'http://user:secret@127.0.0.1/v1/logs' } }, 'holds a user or password'],
  ])('%j is a fault', (audit, words) => {
    const parsed = auditSchema.safeParse(audit)
    expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(words)
  })
})
