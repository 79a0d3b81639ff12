/** The files that are made from src/monitoring: plain Prometheus rules, and dashboards as Grafana imports them. */
import { stringify } from 'yaml'
import { dashboards } from '../../src/monitoring/dashboards/dashboards.ts'
import { ruleGroups } from '../../src/monitoring/rules.ts'
import type { GeneratedFile } from '../generated.ts'

export const RULES_FILE = 'charts/holdfast/files/rules.yaml'
const DASHBOARDS = 'charts/holdfast/files/dashboards/'
const HEAD = '# Generated from src/monitoring by `npm run monitoring`: change it there.\n'

export function monitoringFiles(): readonly GeneratedFile[] {
  return [
    { path: RULES_FILE, text: `${HEAD}${stringify({ groups: ruleGroups() }, { lineWidth: 0 })}` },
    ...dashboards().map((dashboard) => ({
      path: `${DASHBOARDS}${dashboard.uid.replace('holdfast-', '')}.json`,
      text: `${JSON.stringify(dashboard, null, 2)}\n`,
    })),
  ]
}
