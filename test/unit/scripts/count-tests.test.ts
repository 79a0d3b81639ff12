import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { countTests } from '../../../scripts/count-tests.ts'

it('adds up the reports of all projects; nothing that was skipped goes unseen', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  expect(countTests(dir)).toEqual({ passed: 0, failed: 0, skipped: 0 })
  writeFileSync(join(dir, 'unit.json'), '{"numPassedTests":3,"numFailedTests":1,"numPendingTests":0,"numTodoTests":0}')
  writeFileSync(join(dir, 'envoy.json'), '{"numPassedTests":2,"numFailedTests":0,"numPendingTests":1,"numTodoTests":1}')
  expect(countTests(dir)).toEqual({ passed: 5, failed: 1, skipped: 2 })
  rmSync(dir, { recursive: true })
})
