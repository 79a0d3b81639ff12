/**
 * The sidecar and the admission policies as they are rendered: which are there, and that the library template says what
 * `holdfast inject` says. What an API server makes of them: test/cluster.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readVersion } from '../../src/cli/version.ts'
import { readChartValues } from '../../src/inject/chart-values.ts'
import { makeSidecar } from '../../src/inject/sidecar.ts'
import { MOST } from '../cluster/world/values.ts'
import { CHART, HELM3, HELM4, HELMS, only, render, renderObjects, VALUES_FILES } from '../support/helm.ts'

const LEAST = 'ci/sidecar-values.yaml'
const MUTATING = 'MutatingAdmissionPolicy'
const VALIDATING = 'ValidatingAdmissionPolicy'

/** Kinds and API versions of the policies, without their bindings. */
async function policies(
  kubeVersion: string,
  injection: object,
  args: readonly string[] = [],
): Promise<readonly string[]> {
  const options = { values: [LEAST, { injection }], args: ['--kube-version', kubeVersion, ...args] }
  const objects = await renderObjects(HELM4, options)
  return objects
    .filter(({ kind }) => kind === MUTATING || kind === VALIDATING)
    .map(({ kind, apiVersion }) => `${kind} ${apiVersion.split('/')[1]}`)
    .filter((name, index, all) => all.indexOf(name) === index)
    .toSorted()
}

/** What Helm knows of a cluster when it is asked for one. */
const serving = (...versions: readonly string[]) =>
  ['apps/v1/Deployment', ...versions.map((version) => `admissionregistration.k8s.io/${version}/${MUTATING}`)].flatMap(
    (api) => ['--api-versions', api],
  )

describe('which policies are rendered', () => {
  test.each([
    ['1.36.0, without a cluster', '1.36.0', {}, [], [`${MUTATING} v1`, `${VALIDATING} v1`]],
    ['1.35.9, without a cluster', '1.35.9', {}, [], [`${VALIDATING} v1`]],
    ['1.35, v1 by name', '1.35.0', { apiVersion: 'v1' }, [], [`${MUTATING} v1`, `${VALIDATING} v1`]],
    ['a cluster that serves v1', '1.36.0', {}, serving('v1', 'v1beta1'), [`${MUTATING} v1`, `${VALIDATING} v1`]],
    ['a cluster that serves v1beta1', '1.34.0', {}, serving('v1beta1'), [`${MUTATING} v1beta1`, `${VALIDATING} v1`]],
    ['a cluster that serves neither, whatever its version', '1.36.0', {}, serving(), [`${VALIDATING} v1`]],
    ['mode validate', '1.36.0', { mode: 'validate' }, [], [`${VALIDATING} v1`]],
    ['mode none', '1.36.0', { mode: 'none' }, [], []],
  ])('%s', async (_, version, injection, args, expected) => {
    expect(await policies(version, injection, args)).toEqual(expected)
  })

  test.each(HELMS)('$name: a version that the cluster does not serve is refused, with the mend', async (helm) => {
    const options = { values: [LEAST, { injection: { apiVersion: 'v1beta1' } }], args: serving('v1') }
    expect(await render(helm, options)).toMatchObject({
      ok: false,
      error: expect.stringContaining(
        'injection.apiVersion: this cluster does not serve MutatingAdmissionPolicy v1beta1; use auto',
      ),
    })
  })

  test('standalone has none', async () => {
    const objects = await renderObjects(HELM4, {
      values: ['ci/standalone-values.yaml'],
      args: ['--kube-version', '1.36.0'],
    })
    expect(objects.filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration'))).toEqual([])
  })

  test('both fail closed, and every policy has a binding for the same pods', async () => {
    const objects = await renderObjects(HELM4, { values: [LEAST], args: ['--kube-version', '1.36.0'] })
    const all = objects.filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration'))
    const specs = all.filter(({ kind }) => !kind.endsWith('Binding'))
    const bindings = all.filter(({ kind }) => kind.endsWith('Binding'))
    expect(specs.map((object) => object['spec'].failurePolicy)).toEqual(specs.map(() => 'Fail'))
    expect(bindings.map((object) => object['spec'].policyName).toSorted()).toEqual(
      specs.map(({ metadata }) => metadata.name).toSorted(),
    )
    const matches = bindings.map((object) => JSON.stringify(object['spec'].matchResources))
    expect(new Set(matches).size).toBe(1)
  })

  test('a list of typed objects is never the value of a patch: the API server would panic', async () => {
    const objects = await renderObjects(HELM4, { values: [LEAST], args: ['--kube-version', '1.36.0'] })
    const { expression } = only(objects, MUTATING)['spec'].mutations[0].jsonPatch
    expect(expression).toContain('value: Object.spec.initContainers{')
    expect(expression).not.toMatch(/value: \[[^\]]/)
  })
})

const SIDECARS = [
  ...VALUES_FILES.map((name) => ({
    name,
    values: parse(readFileSync(join(CHART, name), 'utf8')) as Record<string, unknown>,
  })),
  { name: 'the most values', values: MOST as Record<string, unknown> },
].filter(({ values }) => (values['mode'] ?? 'sidecar') === 'sidecar')

describe('the library template, in a chart of somebody else', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-library-'))
    mkdirSync(join(dir, 'templates'))
    writeFileSync(join(dir, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
    writeFileSync(
      join(dir, 'templates/pod.yaml'),
      `apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  initContainers:
    - {{- include "holdfast.sidecar.container" .Subcharts.holdfast | nindent 6 }}
  volumes:
    {{- include "holdfast.sidecar.volumes" .Subcharts.holdfast | nindent 4 }}
`,
    )
    cpSync(CHART, join(dir, 'charts/holdfast'), { recursive: true })
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test.each(SIDECARS)('says of $name what holdfast inject says', async ({ values }) => {
    const read = readChartValues(values)
    if (!read.ok) throw new Error(read.faults.join('\n'))
    const { container, volumes } = makeSidecar(read.values, { release: 'app', version: readVersion() })
    for (const helm of [HELM3, HELM4]) {
      const parent = { holdfast: { ...values, injection: { mode: 'none' } } }
      const { spec } = only(await renderObjects(helm, { chart: dir, values: [parent], release: 'app' }), 'Pod', 'app')
      expect(spec).toEqual({ initContainers: [container], volumes })
    }
  })
})
