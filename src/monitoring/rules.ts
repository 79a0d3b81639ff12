/** All rules, in groups that can be switched off one by one. */
import { attackAlerts } from './alerts/attacks.ts'
import { envoyAlerts } from './alerts/envoy.ts'
import { freshnessAlerts } from './alerts/freshness.ts'
import { openDoorAlerts } from './alerts/open-doors.ts'
import { processAlerts } from './alerts/process.ts'
import { recordAlerts } from './alerts/records.ts'
import { serviceAlerts } from './alerts/service.ts'
import { storeAlerts } from './alerts/store.ts'
import { DEFAULT_PARAMETERS, type MonitoringParameters } from './parameters.ts'
import { sharedRecordings } from './recordings.ts'
import type { RuleGroup } from './rule.ts'
import { sloAlerts, sloRecordings } from './slo.ts'

/** Recording rules first: alerts read what they write. */
export function ruleGroups(parameters: MonitoringParameters = DEFAULT_PARAMETERS): readonly RuleGroup[] {
  return [
    ...sloRecordings(),
    ...sharedRecordings(parameters),
    { name: 'holdfast.alerts.slo', rules: sloAlerts(parameters) },
    { name: 'holdfast.alerts.service', rules: serviceAlerts(parameters) },
    { name: 'holdfast.alerts.store', rules: storeAlerts(parameters) },
    { name: 'holdfast.alerts.attacks', rules: attackAlerts(parameters) },
    { name: 'holdfast.alerts.records', rules: recordAlerts(parameters) },
    { name: 'holdfast.alerts.open-doors', rules: openDoorAlerts(parameters) },
    { name: 'holdfast.alerts.freshness', rules: freshnessAlerts(parameters) },
    { name: 'holdfast.alerts.process', rules: processAlerts(parameters) },
    { name: 'holdfast.alerts.envoy', rules: envoyAlerts(parameters) },
  ]
}
