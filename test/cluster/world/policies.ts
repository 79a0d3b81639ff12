/** The policies out of a rendered chart, where the rest of it (objects of a mesh, say) is not wanted. */
import type { KubeObject as Rendered } from '../../support/helm.ts'
import type { Api } from './api.ts'

/** `suffix` keeps apart what several renderings of one release name the same. */
export async function createPolicies(api: Api, objects: readonly Rendered[], suffix: string): Promise<void> {
  for (const object of objects) {
    if (!object.apiVersion.startsWith('admissionregistration.k8s.io/')) continue
    const name = `${object.metadata.name}.${suffix}`
    const isBinding = object.kind.endsWith('Binding')
    const spec = isBinding
      ? { ...object['spec'], policyName: `${object['spec'].policyName}.${suffix}` }
      : object['spec']
    const plural = `${object.kind.toLowerCase().replace(/policy$/, 'policie')}s`
    await api.create(`/apis/${object.apiVersion}/${plural}`, {
      ...object,
      metadata: { ...object.metadata, name },
      spec,
    })
  }
}
