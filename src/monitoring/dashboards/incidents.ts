/** Section of the Security dashboard: what the ledger put together, and what was cut off because of it. */
import type { Section } from './dashboard.ts'
import { own, RANGE, RATE } from './variables.ts'

export const INCIDENTS: Section = {
  title: 'Incidents',
  panels: [
    {
      title: 'Incidents by class',
      description: 'Incidents in the time shown, by class. Alike ones within a minute are one.',
      type: 'bargauge',
      unit: 'short',
      width: 8,
      decimals: 0,
      targets: [{ expr: `sum by (class) (increase(${own('incidents_total')}${RANGE}))`, legend: '{{class}}' }],
      runbook: 'HoldfastSessionStolen',
    },
    {
      title: 'Proven and suspected',
      description: 'Incidents a minute, by what speaks for them: a check proved it, or the ledger suspects it.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      stacked: true,
      targets: [
        { expr: `60 * sum by (confidence) (rate(${own('incidents_total')}${RATE}))`, legend: '{{confidence}}' },
      ],
      runbook: 'HoldfastConcurrentUse',
    },
    {
      title: 'Containment',
      description: 'What was cut off by itself a minute, by outcome. Zero unless ledger.containment has rules.',
      type: 'timeseries',
      unit: 'short',
      width: 8,
      targets: [{ expr: `60 * sum by (outcome) (rate(${own('containments_total')}${RATE}))`, legend: '{{outcome}}' }],
      runbook: 'HoldfastContainmentWithheld',
    },
  ],
}
