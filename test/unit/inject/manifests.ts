/** A sidecar for tests, and how its result is read. */
import { parseAllDocuments } from 'yaml'
import { readChartValues } from '../../../src/inject/chart-values.ts'
import { type InjectResult, injectManifests } from '../../../src/inject/inject.ts'
import { makeSidecar, type Sidecar } from '../../../src/inject/sidecar.ts'

export function sidecarFrom(values: object = {}): Sidecar {
  const read = readChartValues(values)
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return makeSidecar(read.values, { release: 'holdfast', version: '1.2.3' })
}

export const SIDECAR = sidecarFrom()

/** The text that comes out; throws what is wrong. */
export function injected(source: string): string {
  const result = injectManifests(source, SIDECAR)
  if (!result.ok) throw new Error(JSON.stringify(result.faults))
  return result.text
}

export function faultsOf(source: string): readonly string[] {
  const result: InjectResult = injectManifests(source, SIDECAR)
  return result.ok ? [] : result.faults.map(({ line, column, message }) => `${line}:${column}: ${message}`)
}

// biome-ignore lint/suspicious/noExplicitAny: manifests, as deep as they are
export type Tree = any

/** As Kubernetes reads it. */
export function read(text: string): Tree[] {
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Tree)
}

/** What the sidecar adds to a pod, in the order that `holdfast inject` puts it in. */
export function expectedPod(pod: Tree): Tree {
  const { metadata, spec } = pod
  return {
    ...pod,
    metadata: { ...metadata, labels: { ...SIDECAR.labels, ...metadata?.labels } },
    spec: {
      ...spec,
      initContainers: [SIDECAR.container, ...(spec.initContainers ?? [])],
      volumes: [...SIDECAR.volumes, ...(spec.volumes ?? [])],
    },
  }
}
