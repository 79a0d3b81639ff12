/**
 * A container of a pod as a process: its own arguments and variables, its volumes filled from the objects that the pod names.
 * What a kubelet does, as far as these containers need it. The program is this checkout instead of the image, and the paths of
 * the container lie below a folder.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Child, startChild } from '../../../src/drill/local/child.ts'
import { MAIN } from '../../support/running-holdfast.ts'
import type { Api, KubeObject } from './api.ts'

export interface RunningContainer {
  readonly child: Child
  /** The exit code of the probe's command, run once. */
  probe(name: 'startupProbe' | 'readinessProbe' | 'livenessProbe'): number | null
}

const PROGRAM = '/usr/local/bin/holdfast'

/** `root` stands for the file system of the container. */
export async function runContainer(api: Api, pod: KubeObject, name: string, root: string): Promise<RunningContainer> {
  const container = (pod['spec'].initContainers as KubeObject[]).find((one) => one['name'] === name)
  if (container === undefined) throw new Error(`no container ${name}`)
  const here = (text: string) => text.replaceAll('/etc/holdfast/', `${root}/etc/holdfast/`)
  for (const { name: volumeName, mountPath } of container['volumeMounts'] as KubeObject[]) {
    const volume = (pod['spec'].volumes as KubeObject[]).find((one) => one['name'] === volumeName)
    for (const [file, content] of await filesOf(api, pod['metadata'].namespace, volume ?? {})) {
      const path = join(root, mountPath, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, here(content))
    }
  }
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '' }
  for (const { name: key, value } of container['env'] as KubeObject[]) env[key as string] = here(value as string)
  // Through env(1), so that the process has these variables and no others.
  const words = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  const args = ['-i', ...words, process.execPath, MAIN, ...(container['args'] as string[])]
  const child = await startChild(name, '/usr/bin/env', args, join(root, `${name}.log`))
  return {
    child,
    probe(probe) {
      const [program, ...rest] = container[probe].exec.command as string[]
      if (program !== PROGRAM) throw new Error(`${probe} runs ${program}`)
      return spawnSync(process.execPath, [MAIN, ...rest], { env }).status
    },
  }
}

/** Name and content of each file of a volume. */
async function filesOf(api: Api, namespace: string, volume: KubeObject): Promise<readonly [string, string][]> {
  if (volume['configMap'] !== undefined)
    return itemsOf(await dataOf(api, namespace, 'configmaps', volume['configMap']), volume['configMap'])
  const sources = (volume['projected']?.sources ?? []) as KubeObject[]
  const files = sources.map(async ({ secret }) => itemsOf(await dataOf(api, namespace, 'secrets', secret), secret))
  return (await Promise.all(files)).flat()
}

async function dataOf(
  api: Api,
  namespace: string,
  kind: string,
  { name }: KubeObject,
): Promise<Record<string, string>> {
  const { status, body } = await api.request('GET', `/api/v1/namespaces/${namespace}/${kind}/${String(name)}`)
  if (status !== 200) throw new Error(`${kind} ${namespace}/${String(name)}: ${status}`)
  const data = (body['data'] ?? {}) as Record<string, string>
  if (kind === 'configmaps') return data
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

function itemsOf(data: Record<string, string>, { items }: KubeObject): readonly [string, string][] {
  if (items === undefined) return Object.entries(data)
  return (items as KubeObject[]).map(({ key, path }) => [path as string, data[key as string] ?? ''])
}
