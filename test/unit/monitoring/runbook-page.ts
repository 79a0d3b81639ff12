/** docs/runbooks.md, taken apart: a section for each alert, with its parts and its queries. */
import { readFileSync } from 'node:fs'

export const PARTS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'Escalation'] as const

export interface Runbook {
  readonly alert: string
  readonly text: string
  /** In the order of the page. */
  readonly parts: readonly string[]
  readonly queries: readonly string[]
}

export function runbooks(): readonly Runbook[] {
  const page = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8')
  return page
    .split(/^(?=### )/m)
    .filter((section) => section.startsWith('### Holdfast'))
    .map((section) => {
      // Up to the next group of alerts.
      const [heading = '', ...lines] = section.split(/^(?=## )/m)[0]?.split('\n') ?? []
      const text = lines.join('\n')
      return {
        alert: heading.replace('### ', ''),
        text,
        parts: [...text.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part ?? ''),
        queries: [...text.matchAll(/^```promql\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
          (block ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#')),
        ),
      }
    })
}

/** Each query, one a line. */
export function runbookQueries(): readonly { readonly alert: string; readonly query: string }[] {
  return runbooks().flatMap(({ alert, queries }) => queries.map((query) => ({ alert, query })))
}
