/** The shape of a case for `promtool test rules`: what was scraped, and when to look whether the alert fires. */
import type { MetricName } from '../../../../src/observability/metric-table.ts'

export interface Scenario {
  readonly title: string
  /** Series → values in promtool's notation, one each `interval` from time 0 on. */
  readonly series: Readonly<Record<string, string>>
  /** Of the scrapes and of the rules; default `1m`. */
  readonly interval?: string
  /** When to look. */
  readonly at: string
}

export interface AlertCases {
  readonly alert: string
  /** Where several rules have one name. */
  readonly longWindow?: string
  readonly fires: Scenario
  /** The labels that the alert must have, beside its name. */
  readonly labels: Readonly<Record<string, string>>
  /** Each one thing away from firing. */
  readonly silent: readonly Scenario[]
}

type Labels = Readonly<Record<string, string>>

/** A series of ours at one instance. */
export function own(name: MetricName, labels: Labels = {}): string {
  return ofProcess(`holdfast_${name}`, labels)
}

export function ofProcess(name: string, labels: Labels = {}): string {
  return seriesOf(name, { namespace: 'shop', job: 'holdfast', instance: 'a', ...labels })
}

/** A counter of the filter in Envoy. */
export function ofEnvoy(name: string, labels: Labels = {}): string {
  const where = { namespace: 'shop', job: 'envoy', instance: 'e', envoy_http_conn_manager_prefix: 'ingress' }
  return seriesOf(`envoy_http_${name}`, { ...where, ...labels })
}

export function ofFilter(name: string, labels: Labels = {}): string {
  return ofEnvoy(`ext_authz_${name}`, { envoy_ext_authz_prefix: 'holdfast', ...labels })
}

export function seriesOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return `${name}{${pairs.join(',')}}`
}

/** A counter from 0, and a value that stays. */
export const grows = (by: number, samples: number): string => `0+${by}x${samples}`
export const stays = (value: number | string, samples: number): string => `${value}+0x${samples}`

/** The labels of an alert on a whole job. */
export const OWNER = { namespace: 'shop', job: 'holdfast' } as const
export const INSTANCE = { ...OWNER, instance: 'a' } as const
