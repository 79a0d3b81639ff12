/** One object as the API server reads it: unknown and misspelt keys are refused, nothing is kept. */
import type { KubeObject as Rendered } from '../../support/helm.ts'
import type { Api, KubeObject } from './api.ts'

export type DryRun =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly object: string; readonly message: string }
  /** The API server knows no such kind. */
  | { readonly kind: 'not served'; readonly group: string }

/** Makes the namespace of the object where there is none. */
export async function dryRun(api: Api, object: Rendered, defaultNamespace: string): Promise<DryRun> {
  const { apiVersion, kind, metadata } = object
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const served = await api.request('GET', root)
  const resource = ((served.body['resources'] ?? []) as KubeObject[]).find(
    (one) => one['kind'] === kind && !(one['name'] as string).includes('/'),
  )
  if (resource === undefined) return { kind: 'not served', group: apiVersion.split('/')[0] ?? '' }
  const namespace = metadata.namespace ?? defaultNamespace
  if (resource['namespaced'] === true)
    await api.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const where = resource['namespaced'] === true ? `${root}/namespaces/${namespace}` : root
  const path = `${where}/${String(resource['name'])}?dryRun=All&fieldValidation=Strict`
  const { status, body } = await api.request('POST', path, object)
  return status === 201
    ? { kind: 'taken' }
    : { kind: 'refused', object: `${kind} ${metadata.name}`, message: String(body['message']) }
}
