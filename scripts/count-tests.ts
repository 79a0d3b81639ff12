/** Adds up the reports that vitest wrote, one for each project that ran. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export function countTests(folder: string): { passed: number; failed: number; skipped: number } {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const name of readdirSync(folder)) {
    const report = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
    sum.passed += Number(report['numPassedTests'] ?? 0)
    sum.failed += Number(report['numFailedTests'] ?? 0)
    sum.skipped += Number(report['numPendingTests'] ?? 0) + Number(report['numTodoTests'] ?? 0)
  }
  return sum
}
