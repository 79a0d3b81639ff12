/** Whatever stands in a dump: the doctor answers, in findings that can be printed, and takes no garbage for a good setting. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../src/doctor/catalogue.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { reportJson, reportText } from '../../src/doctor/report.ts'
import type { Node } from '../support/lab.ts'
import { complaints, FILES, judgeValue, partsOf, readEnvoyFile } from '../unit/doctor/envoy-world.ts'

function isSound(findings: readonly Finding[]): void {
  expect(findings.length).toBeGreaterThan(0)
  for (const { id, status, mend } of findings) {
    expect(Object.hasOwn(CHECKS, id)).toBe(true)
    if (status !== 'ok') expect(mend).toBeTruthy()
  }
  expect(reportText(findings)).toContain('envoy')
  expect(() => JSON.stringify(reportJson(findings))).not.toThrow()
}

/** Every path of keys and indices in a value. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function replace(whole: Node, path: readonly string[], value: unknown): unknown {
  const last = path.at(-1)
  if (last === undefined) return value
  let node = whole
  for (const key of path.slice(0, -1)) node = node[key] as Node
  node[last] = value
  return whole
}

const ANYTHING = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const FILE = fc.constantFrom(...FILES)

describe('a random configuration of Envoy', () => {
  it('any JSON at all', () => {
    fc.assert(fc.property(ANYTHING, (value) => isSound(judgeValue(value))))
  })

  it('any JSON in any place of a real one', () => {
    fc.assert(
      fc.property(FILE, fc.nat(), ANYTHING, (file, at, value) => {
        const whole = readEnvoyFile(file)
        const paths = pathsOf(whole)
        isSound(judgeValue(replace(whole, paths[at % paths.length] ?? [], value)))
      }),
      { numRuns: 300 },
    )
  })

  it('any JSON in a place of a dump', () => {
    const lists = ['static_listeners', 'dynamic_listeners', 'static_clusters', 'ecds_filters', 'dynamic_route_configs']
    const dumps = [
      'ListenersConfigDump',
      'ClustersConfigDump',
      'EcdsConfigDump',
      'RoutesConfigDump',
      'SecretsConfigDump',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...dumps), fc.constantFrom(...lists), ANYTHING, (dump, list, value) => {
        isSound(judgeValue({ configs: [{ '@type': `x.${dump}`, [list]: value }] }))
      }),
    )
  })

  it('an object in the place of any setting of the filter is never taken for a good one', () => {
    const judged = [
      'failure_mode_allow',
      'status_on_error',
      'include_peer_certificate',
      'encode_raw_headers',
      'validate_mutations',
      'clear_route_cache',
      'transport_api_version',
      'grpc_service',
      'allowed_headers',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...judged), fc.dictionary(fc.string(), ANYTHING), (field, value) => {
        const whole = readEnvoyFile('sidecar')
        partsOf(whole).authz[field] = value
        expect(complaints(judgeValue(whole))).not.toEqual([])
      }),
    )
  })

  it('a very deep one', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as unknown
    const whole = readEnvoyFile('sidecar')
    partsOf(whole).manager['http_filters'].unshift({ name: 'deep', typed_config: { '@type': 'x.Lua', deep } })
    expect(complaints(judgeValue(whole))).toEqual([])
  })
})
