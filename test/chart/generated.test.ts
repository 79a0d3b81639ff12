import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatedChartFiles } from '../../scripts/chart/files.ts'
import { isMapping, readValues } from '../../scripts/chart/values-file.ts'
import { CHART } from '../support/helm.ts'

const ENTRIES = readValues(readFileSync(join(CHART, 'values.yaml'), 'utf8'))
/** Templates hand these on as a whole: their keys are those of Kubernetes. */
const WHOLE = ['startupProbe', 'readinessProbe', 'livenessProbe'].map((name) => `sidecar.${name}`)
const LEAVES = ENTRIES.filter(({ path }) => !ENTRIES.some((other) => other.path.startsWith(`${path}.`)))

describe('what is made from values.yaml', () => {
  test.each(generatedChartFiles())('$path is up to date (npm run chart writes it)', ({ path, text }) => {
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('every value has a word for people', () => {
    expect(LEAVES.length).toBeGreaterThan(100)
    expect(LEAVES.filter(({ description }) => (description ?? '').length < 8)).toEqual([])
  })

  test('every value is read by a template', () => {
    const templates = readdirSync(join(CHART, 'templates'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(yaml|tpl)$/.test(name))
      .map((name) => readFileSync(join(CHART, 'templates', name), 'utf8'))
      .join('\n')
    const paths = LEAVES.map(({ path }) => WHOLE.find((whole) => path.startsWith(`${whole}.`)) ?? path)
    expect(paths.filter((path) => !reads(templates, path))).toEqual([])
    expect(reads(templates, 'image.flavour')).toBe(false)
  })

  test('every mapping of the schema is closed, but for those that users fill', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'))
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#')
    const open = openMappings(schema.properties, '')
    expect(open.sort()).toEqual([
      'autoscaling.behavior',
      'extraObjects[]',
      'global',
      'mesh.istio.rules[]',
      'pod.affinity',
    ])
  })
})

/** By the whole path, or by a parent as a whole and then each key below it: `.key`, or `"key"` in a loop over keys. */
function reads(templates: string, path: string): boolean {
  const parts = path.split('.')
  return parts.some((_, index) => {
    const parent = `.Values.${parts.slice(0, index + 1).join('.')}`
    const words = [parent.replaceAll('.', '\\.'), ...parts.slice(index + 1).map((key) => `[."]${key}`)]
    return words.every((word) => new RegExp(`${word}(?![A-Za-z0-9])`).test(templates))
  })
}

/** Paths of mappings that take any key. Named definitions are looked at where they are defined: see definitions.ts. */
function openMappings(properties: unknown, path: string): string[] {
  if (!isMapping(properties)) return []
  return Object.entries(properties).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`
    if (!isMapping(value)) return []
    if (value['$ref'] === '#/definitions/object') return [at]
    const items = isMapping(value['items']) ? openMappings({ '[]': value['items'] }, at) : []
    const isOpen = [value['type']].flat().includes('object') && value['additionalProperties'] !== false
    return [...(isOpen ? [at] : []), ...items, ...openMappings(value['properties'], at)].map((one) =>
      one.replace('.[]', '[]'),
    )
  })
}
