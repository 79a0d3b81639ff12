/** `npm run chart [-- --check]`: schema, README and Envoy file of the chart. */
import { generatedChartFiles } from './chart/files.ts'
import { writeOrCheck } from './generated.ts'

writeOrCheck(generatedChartFiles(), 'npm run chart')
