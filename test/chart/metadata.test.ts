import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART, HELM4, only, podSpecs, renderObjects } from '../support/helm.ts'

const DATA = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))
const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const note = (name: string) => parse(DATA.annotations[`artifacthub.io/${name}`])

test('the chart installs the version of the checkout', () => {
  expect(DATA.appVersion).toBe(PACKAGE.version)
  expect(DATA.kubeVersion).toBe('>=1.30.0-0')
})

test('the annotations of Artifact Hub say what it reads', () => {
  expect(DATA.annotations['artifacthub.io/category']).toBe('security')
  expect(DATA.annotations['artifacthub.io/license']).toBe(PACKAGE.license)
  for (const flag of ['prerelease', 'containsSecurityUpdates']) {
    expect(DATA.annotations[`artifacthub.io/${flag}`]).toMatch(/^(true|false)$/)
  }
  for (const { kind, description } of note('changes')) {
    expect(['added', 'changed', 'deprecated', 'removed', 'fixed', 'security']).toContain(kind)
    expect(description).toBeTruthy()
  }
  for (const { name, url } of note('links')) expect([name, URL.canParse(url)]).toEqual([expect.any(String), true])
})

test('the images of the annotation are those that the chart renders', async () => {
  const pods = podSpecs(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml'] }))
  const rendered = pods.flatMap(({ spec }) => spec['containers'].map(({ image }: { image: string }) => image))
  expect(note('images').map(({ image }: { image: string }) => image)).toEqual([...new Set(rendered)])
})

test('helm test: our own image asks whether the release is ready, by a hook that goes away', async () => {
  const pod = only(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml'] }), 'Pod')
  expect(pod.metadata.annotations).toEqual({
    'helm.sh/hook': 'test',
    'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
  })
  expect(pod['spec'].containers[0].args).toEqual(['ready', '--url', 'http://r-holdfast.holdfast-system.svc:9901'])
  const { spec } = only(await renderObjects(HELM4, { values: ['ci/standalone-values.yaml'] }), 'NetworkPolicy')
  expect(spec.ingress[1].from[0].podSelector.matchLabels).toEqual(
    Object.fromEntries(Object.keys(spec.podSelector.matchLabels).map((key) => [key, pod.metadata.labels?.[key]])),
  )
})
