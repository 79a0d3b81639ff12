/** Nobody sees the console who did not show who he is. */
import type { Finding } from '../fault.ts'
import type { Sections } from './sections.ts'

export function consoleRules({ console, admin, ledger }: Sections): readonly Finding[] {
  if (console === undefined || !console.enabled) return []
  const findings: Finding[] = []
  const add = (message: string): void => void findings.push({ path: ['console', 'enabled'], message })
  if (ledger?.enabled === false)
    add('has nothing to show without the ledger; set ledger.enabled: true, or this to false')
  if (admin !== undefined && console.secret === null && (admin.tls?.clientCa ?? null) === null) {
    add('would be open to anyone; set console.secret, or admin.tls.clientCa')
  }
  return findings
}
