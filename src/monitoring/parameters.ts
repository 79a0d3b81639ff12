/** What may differ between deployments; the files under charts/ are rendered with the defaults. */

export interface MonitoringParameters {
  /** Regular expression of the `job` of Holdfast's targets. */
  readonly jobPattern: string
  /** Matchers of the Envoy filters that ask Holdfast: `stat_prefix` of ext_authz as envoy/ sets it. */
  readonly envoySelector: string
  /** The page of runbooks; the name of the alert follows as an anchor. */
  readonly runbookUrl: string
  /** Where dashboards are; the uid follows. */
  readonly dashboardUrl: string
  /** Checks in the long window below which no burn rate is judged. */
  readonly minimumChecks: number
  /** Memory that the container may take. */
  readonly memoryLimitBytes: number
  /** How long a route may observe before somebody is reminded. */
  readonly observeDays: number
}

/** Addresses under `.example` stand for those of the reader (RFC 2606 §2): the chart replaces them. */
export const DEFAULT_PARAMETERS: MonitoringParameters = {
  jobPattern: '.*holdfast.*',
  envoySelector: 'envoy_ext_authz_prefix="holdfast"',
  runbookUrl: 'https://holdfast.example/docs/runbooks.md',
  dashboardUrl: 'https://grafana.example/d',
  minimumChecks: 1_000,
  memoryLimitBytes: 536_870_912,
  observeDays: 14,
}
