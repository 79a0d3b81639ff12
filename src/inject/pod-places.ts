/**
 * Finds the pods and pod templates in a stream of manifests. What is no manifest is a fault, as it is for kubectl; kinds
 * that hold no pods are none of our business.
 */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'

export interface Pod {
  readonly metadata?: { readonly labels?: Readonly<Record<string, unknown>> | null } | null
  readonly spec: Readonly<Record<string, unknown>>
}

export interface PodPlace {
  /** `Deployment/payments`, for people. */
  readonly owner: string
  /** The mapping that holds `metadata` and `spec` of the pod. */
  readonly pod: YAMLMap
  readonly spec: YAMLMap
  /** The same as values, aliases resolved. */
  readonly told: Pod
}

export type Found =
  | { readonly ok: true; readonly place: PodPlace }
  | { readonly ok: false; readonly at: number; readonly message: string }

/** By API group and kind: the keys that lead to the pod. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['/Pod', []],
  ['/ReplicationController', ['spec', 'template']],
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind): [string, string[]] => [
    `apps/${kind}`,
    ['spec', 'template'],
  ]),
  ['batch/Job', ['spec', 'template']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
])

/** Every pod of one document. An empty document has none. */
export function findPods(document: Document): readonly Found[] {
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) return []
  return isNode(contents) ? findInManifest(contents, document) : []
}

function findInManifest(manifest: Node, document: Document): readonly Found[] {
  if (!isMap(manifest)) return [lost(manifest, 'is no manifest: it is no mapping with apiVersion and kind')]
  const [apiVersion, kind] = [textAt(manifest, 'apiVersion'), textAt(manifest, 'kind')]
  if (apiVersion === undefined) return [lost(manifest, 'is no manifest: apiVersion is not set')]
  if (kind === undefined) return [lost(manifest, 'is no manifest: kind is not set')]
  if (apiVersion === 'v1' && kind === 'List') {
    return itemsOf(manifest, (item) => findInManifest(item, document))
  }
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const path = KINDS.get(`${group}/${kind}`)
  if (path !== undefined) return [findPod(manifest, kind, path, document)]
  // Items of a list of one kind may leave theirs out.
  const itemKind = kind.replace(/List$/, '')
  const itemPath = itemKind === kind ? undefined : KINDS.get(`${group}/${itemKind}`)
  if (itemPath === undefined) return []
  return itemsOf(manifest, (item) => [
    isMap(item) ? findPod(item, itemKind, itemPath, document) : lost(item, `is no ${itemKind}`),
  ])
}

function itemsOf(list: YAMLMap, find: (item: Node) => readonly Found[]): readonly Found[] {
  const items = list.get('items', true)
  if (items === undefined || (isScalar(items) && items.value === null)) return []
  if (!isSeq(items)) return [lost(items, 'items: is no list')]
  return items.items.flatMap((item) => (isNode(item) ? find(item) : []))
}

function findPod(manifest: YAMLMap, kind: string, path: readonly string[], document: Document): Found {
  const metadata = manifest.get('metadata', true)
  const name = isMap(metadata) ? (textAt(metadata, 'name') ?? textAt(metadata, 'generateName')) : undefined
  const owner = `${kind}/${name ?? '(no name)'}`
  let pod = manifest
  for (const [index, key] of path.entries()) {
    const next = member(pod, key)
    if (typeof next === 'string') return lost(pod, `${owner}: ${path.slice(0, index + 1).join('.')}: ${next}`)
    pod = next
  }
  const spec = member(pod, 'spec')
  if (typeof spec === 'string') return lost(pod, `${owner}: ${[...path, 'spec'].join('.')}: ${spec}`)
  return place(owner, pod, spec, document)
}

/** The mapping under `key`, or why the way ends there. */
function member(map: YAMLMap, key: string): YAMLMap | string {
  const fault = unclear(map)
  if (fault !== undefined) return fault
  const next = map.get(key, true)
  return isMap(next) ? next : (unclear(next) ?? 'is no mapping')
}

function place(owner: string, pod: YAMLMap, spec: YAMLMap, document: Document): Found {
  const metadata = pod.get('metadata', true)
  const labels = isMap(metadata) ? metadata.get('labels', true) : undefined
  const edited = [spec, metadata, labels, spec.get('initContainers', true), spec.get('volumes', true)]
  const faults = edited.flatMap((node) => unclear(node) ?? [])
  if (faults[0] !== undefined) return lost(spec, `${owner}: ${faults[0]}`)
  if (!isSeq(spec.get('containers', true))) return lost(spec, `${owner}: the pod has no list of containers`)
  try {
    return { ok: true, place: { owner, pod, spec, told: pod.toJS(document) as Pod } }
  } catch {
    return lost(spec, `${owner}: an alias has no anchor, or there are too many of them`)
  }
}

/** Where a change of the text would change other places too, or not all of the node stands in it. */
function unclear(node: unknown): string | undefined {
  if (isAlias(node)) return 'an alias stands where the sidecar goes; write it out'
  if ((isMap(node) || isSeq(node)) && node.anchor !== undefined) {
    return `the anchor &${node.anchor} stands where the sidecar goes, and its aliases would change too; write them out`
  }
  const merges = isMap(node) && node.items.some(({ key }) => isScalar(key) && key.source === '<<')
  return merges ? 'a merge key (<<) stands where the sidecar goes; write out what it brings' : undefined
}

function lost(node: unknown, message: string): Found {
  return { ok: false, at: (isNode(node) ? node.range?.[0] : undefined) ?? 0, message }
}

/** A text that is not empty. */
function textAt(map: YAMLMap, key: string): string | undefined {
  const value = map.get(key)
  return typeof value === 'string' && value !== '' ? value : undefined
}
