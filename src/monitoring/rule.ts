/** Rules as plain data, in the names of Prometheus' own rule files. */
import type { DashboardUid } from './dashboards/uids.ts'
import type { MonitoringParameters } from './parameters.ts'

/** `page`: wake somebody. `ticket`: within days. `info`: to know. */
export type Severity = 'page' | 'ticket' | 'info'

export interface RecordingRule {
  readonly record: string
  readonly expr: string
}

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: { readonly severity: Severity } & Readonly<Record<string, string>>
  readonly annotations: {
    readonly summary: string
    readonly description: string
    readonly runbook_url: string
    readonly dashboard_url: string
  }
}

export type Rule = RecordingRule | AlertRule

export interface RuleGroup {
  readonly name: string
  readonly interval?: string
  readonly rules: readonly Rule[]
}

export interface AlertWishes {
  readonly alert: string
  readonly severity: Severity
  readonly expr: string
  readonly for?: string
  readonly keepFiringFor?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly summary: string
  readonly description: string
  readonly dashboard: DashboardUid
}

export function makeAlert(wishes: AlertWishes, { runbookUrl, dashboardUrl }: MonitoringParameters): AlertRule {
  return {
    alert: wishes.alert,
    expr: wishes.expr,
    ...(wishes.for === undefined ? {} : { for: wishes.for }),
    ...(wishes.keepFiringFor === undefined ? {} : { keep_firing_for: wishes.keepFiringFor }),
    labels: { severity: wishes.severity, ...wishes.labels },
    annotations: {
      summary: wishes.summary,
      description: wishes.description,
      runbook_url: `${runbookUrl}#${wishes.alert.toLowerCase()}`,
      dashboard_url: `${dashboardUrl}/${wishes.dashboard}`,
    },
  }
}

export function isAlert(rule: Rule): rule is AlertRule {
  return 'alert' in rule
}
