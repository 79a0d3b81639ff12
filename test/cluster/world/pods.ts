/** Pods as applications have them: nothing of Holdfast in them but the label that asks for it. */
import type { KubeObject } from './api.ts'

export const INJECT = 'holdfast.io/inject'

/** Fits the profile `restricted` of Pod Security. `spec` is laid over the usual one. */
export function appPod(spec: object = {}, labels: Readonly<Record<string, string>> = { [INJECT]: 'true' }): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'app-', ...(Object.keys(labels).length === 0 ? {} : { labels }) },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [hardened('app')],
      ...spec,
    },
  }
}

export function hardened(name: string): KubeObject {
  return {
    name,
    image: 'registry.example.com/app:1',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }
}

export function sidecarOf(pod: KubeObject): KubeObject | undefined {
  return (pod['spec'].initContainers as KubeObject[] | undefined)?.find(({ name }) => name === 'holdfast')
}

/** Those whose names are ours. */
export function sidecarVolumesOf(pod: KubeObject): KubeObject[] {
  const volumes = (pod['spec'].volumes ?? []) as KubeObject[]
  return volumes.filter(({ name }) => (name as string).startsWith('holdfast-'))
}
