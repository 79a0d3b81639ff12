/**
 * The pods of a release as processes: their own arguments and variables, their volumes filled from ConfigMaps that Helm
 * rendered and from Secrets that a user would have made. What a kubelet does, as far as these need it. Paths of the container
 * lie below a folder, ports and the name of the Service become loopback.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KubeObject } from '../support/helm.ts'

/** By name; each is text by key. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What stands for what: text of the container → text of here. */
export type Rewrites = readonly (readonly [there: string, here: string])[]

export interface Laid {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Makes the files of a pod below `root`; throws when the pod names an object, or a key, that is not there. */
export function layOutPod(
  pod: KubeObject,
  objects: readonly KubeObject[],
  secrets: Secrets,
  root: string,
  rewrites: Rewrites,
): Laid {
  const here = (text: string) =>
    [...rewrites, ['/etc/holdfast/', `${root}/etc/holdfast/`] as const].reduce(
      (done, [there, to]) => done.replaceAll(there, to),
      text,
    )
  const [container] = pod['containers']
  for (const { name, mountPath } of container.volumeMounts) {
    const volume = pod['volumes'].find((one: { name: string }) => one.name === name)
    for (const [file, content] of filesOf(volume, objects, secrets)) {
      const path = join(root, mountPath, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, here(content), { mode: 0o400 })
    }
  }
  const env = ((container.env ?? []) as { name: string; value: string }[]).map(({ name, value }) => [name, here(value)])
  return { args: container.args.map(here), env: Object.fromEntries(env) }
}

function filesOf(volume: KubeObject, objects: readonly KubeObject[], secrets: Secrets): readonly [string, string][] {
  const { configMap, projected } = volume
  if (configMap !== undefined) {
    const found = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap.name)
    return itemsOf(found?.['data'], configMap)
  }
  return projected.sources.flatMap(({ secret }: { secret: KubeObject & { name: string } }) =>
    itemsOf(secrets[secret.name], secret),
  )
}

function itemsOf(data: Readonly<Record<string, string>> | undefined, source: KubeObject): readonly [string, string][] {
  if (data === undefined) throw new Error(`${String(source['name'])}: no such object`)
  if (source['items'] === undefined) return Object.entries(data)
  return (source['items'] as { key: string; path: string }[]).map(({ key, path }) => {
    const content = data[key]
    if (content === undefined) throw new Error(`${String(source['name'])}: has no key ${key}`)
    return [path, content]
  })
}
