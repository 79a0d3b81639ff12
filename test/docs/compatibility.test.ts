/** docs/compatibility.md says "tested" of versions that are started, and of no others: those of set-up and of the matrix of Helm. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMPONENTS } from '../../scripts/setup/components.ts'
import { KUBE_APISERVER_TITLE } from '../../scripts/setup/kube-apiserver.ts'
import { ROOT, readDocument, readText, tableRows } from './documents.ts'

const DOCUMENT = readDocument('docs/compatibility.md')
const row = (name: string): string =>
  tableRows(DOCUMENT, new RegExp(`^${name}`))
    .flat()
    .join(' | ')
const versions = (text: string): readonly string[] => text.match(/\d+\.\d+\.\d+/g) ?? []
const manifest = JSON.parse(readText('package.json')) as {
  version: string
  engines: { node: string }
  optionalDependencies: Record<string, string>
}

describe('docs/compatibility.md', () => {
  test('has a row for each Envoy that is fetched, and no other', () => {
    const fetched = readdirSync(new URL('scripts/setup/', ROOT)).filter((name) => /^envoy.*\.txt$/.test(name))
    const installed = fetched.flatMap((name) => versions(readText(`scripts/setup/${name}`)))
    const told = tableRows(DOCUMENT, /^1\.\d+\.\d+$/)
    expect(told.map(([version]) => version).sort()).toEqual(installed.sort())
    const { what } = COMPONENTS.envoy
    const everyTime = told.filter((cells) => cells.at(-1) === 'tested').map(([version]) => `Envoy ${version}`)
    expect(everyTime).toEqual([what])
  })

  test('names the versions of Helm, Valkey and the API server that are fetched', () => {
    expect(versions(row('Helm'))).toEqual(versions(COMPONENTS.helm.what))
    expect(versions(row('Valkey'))).toEqual(versions(COMPONENTS.valkey.what))
    expect(new Set(versions(row('Kubernetes, the API server')))).toEqual(new Set(versions(KUBE_APISERVER_TITLE)))
  })

  test('names each Kubernetes that the chart is rendered for', () => {
    const [, list = ''] = /^const KUBERNETES = \[(.*)\]$/m.exec(readText('test/chart/matrix.test.ts')) ?? []
    const minors = [...list.matchAll(/'(\d+\.\d+)\./g)].map(([, minor]) => minor)
    expect(minors.length).toBeGreaterThan(5)
    const told = row('Kubernetes, what the chart renders')
    expect(minors.filter((minor) => !told.includes(`${minor}`))).toEqual([])
    expect(readText('charts/holdfast/Chart.yaml')).toContain(`kubeVersion: ">=${minors[0]}.0-0"`)
  })

  test('names the Node of the lock, its floor, and the version of the checkout', () => {
    expect(new Set(Object.values(manifest.optionalDependencies))).toEqual(new Set(versions(row('Node'))))
    expect(manifest.engines.node).toBe(`>=${tableRows(DOCUMENT, /^Node/)[0]?.[1]}`)
    expect(tableRows(DOCUMENT, /^\d+\.\d+\.\d+$/)[0]?.slice(0, 2)).toEqual([manifest.version, manifest.version])
  })
})
