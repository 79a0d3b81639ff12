/** `npm run monitoring [-- --check]`: rules and dashboards under charts/. */
import { writeOrCheck } from './generated.ts'
import { monitoringFiles } from './monitoring/files.ts'

writeOrCheck(monitoringFiles(), 'npm run monitoring')
