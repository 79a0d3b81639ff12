/** What the chart renders today of its Envoy Gateway example: what Envoy Gateway reads, and Holdfast's configuration. Needs Helm. */
import { stringify } from 'yaml'
import { HELM4, renderObjects } from '../support/helm.ts'

const KINDS = [
  'BackendTLSPolicy',
  'ClientTrafficPolicy',
  'ConfigMap',
  'ReferenceGrant',
  'SecurityPolicy',
  'Service',
] as const

/** The text of CHART_FILE as the chart renders it now, without the labels, which name its version. */
export async function chartFileNow(): Promise<string> {
  const objects = await renderObjects(HELM4, { values: ['examples/envoy-gateway.yaml'] })
  const wanted = KINDS.flatMap((wish) => objects.filter(({ kind }) => kind === wish))
  const plain = wanted.map(({ apiVersion, kind, metadata: { name, namespace }, ...object }) => ({
    ...{ apiVersion, kind, metadata: { name, namespace } },
    ...object,
  }))
  const head = '# Rendered from charts/holdfast/examples/envoy-gateway.yaml: npm run envoy-gateway\n'
  return head + plain.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}
