/** The files of the chart that are made from others. */
import { readFileSync } from 'node:fs'
import type { GeneratedFile } from '../generated.ts'
import { chartReadme } from './readme.ts'
import { valuesSchema } from './schema.ts'
import { readValues } from './values-file.ts'

const CHART = 'charts/holdfast'

export function generatedChartFiles(): readonly GeneratedFile[] {
  const entries = readValues(read(`${CHART}/values.yaml`))
  return [
    { path: `${CHART}/values.schema.json`, text: `${JSON.stringify(valuesSchema(entries), null, 2)}\n` },
    { path: `${CHART}/README.md`, text: chartReadme(read(`${CHART}/README.md.in`), entries) },
    // Helm reads no file outside the chart.
    { path: `${CHART}/files/envoy/sidecar.yaml`, text: read('envoy/sidecar.yaml') },
  ]
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}
