/** One process writes one chain. */
import type { Finding } from '../fault.ts'
import type { Sections } from './sections.ts'

export function auditRules({ audit, server }: Sections): readonly Finding[] {
  if (audit === undefined) return []
  const findings: Finding[] = []
  const outputs = { file: audit.file !== null, stdout: audit.stdout }
  for (const [name, on] of Object.entries(outputs)) {
    if (!on || server === undefined || server.workers === 1) continue
    const message =
      'would be written by several workers, and a chain has one writer; set server.workers: 1, or leave it out'
    findings.push({ path: ['audit', name], message })
  }
  if (audit.signingKey !== null && !outputs.file && !outputs.stdout) {
    const message = 'signs nothing without audit.file or audit.stdout; set one of them'
    findings.push({ path: ['audit', 'signingKey'], message })
  }
  return findings
}
