/** The three dashboards, as Grafana imports them. */
import { DEFAULT_PARAMETERS, type MonitoringParameters } from '../parameters.ts'
import { type DashboardJson, dashboardJson } from './dashboard.ts'
import { OVERVIEW } from './overview.ts'
import { RUNTIME } from './runtime.ts'
import { SECURITY } from './security.ts'

export function dashboards(parameters: MonitoringParameters = DEFAULT_PARAMETERS): readonly DashboardJson[] {
  return [OVERVIEW, SECURITY, RUNTIME].map((wishes) => dashboardJson(wishes, parameters))
}
