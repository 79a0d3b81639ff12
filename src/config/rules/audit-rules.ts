/** One process writes one audit file. */
import type { Finding } from '../fault.ts'
import type { Sections } from './sections.ts'

export function auditRules({ audit, server }: Sections): readonly Finding[] {
  if (audit === undefined) return []
  const findings: Finding[] = []
  if (audit.file !== null && server !== undefined && server.workers > 1) {
    const message = 'would be written by several workers, and a chain has one writer; set server.workers: 1, or null'
    findings.push({ path: ['audit', 'file'], message })
  }
  if (audit.file === null && audit.signingKey !== null) {
    findings.push({ path: ['audit', 'signingKey'], message: 'signs nothing without audit.file; name the file' })
  }
  return findings
}
