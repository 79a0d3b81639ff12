/**
 * Puts the sidecar into the pods of a stream of manifests. All or nothing: one fault, and nothing comes out. What carries
 * the sidecar already, or the label that says no, stays as it is.
 */
import { isDeepStrictEqual } from 'node:util'
import { LineCounter, parseAllDocuments, type YAMLMap } from 'yaml'
import { addToList, addToMapping, applyEdits, type Edit } from './edit-text.ts'
import { faultAt, type InjectFault } from './fault.ts'
import { findPods, type Pod, type PodPlace } from './pod-places.ts'
import { CONTAINER_NAME, type Sidecar } from './sidecar.ts'

export interface Injected {
  readonly ok: true
  readonly text: string
  /** `Deployment/payments` of those that got it. */
  readonly injected: readonly string[]
  /** Of those that have a container of that name which is not what they would get. */
  readonly different: readonly string[]
}

export type InjectResult = Injected | { readonly ok: false; readonly faults: readonly InjectFault[] }

const STYLE = 'the sidecar cannot be added to this style of YAML; write it in plain blocks'
const OPT_OUT = { label: 'holdfast.io/inject', value: 'false' } as const
/** What would let others stand in the place of the sidecar, or reach into it; the validating policy refuses the same. */
const SHARED = ['hostNetwork', 'hostPID', 'shareProcessNamespace'] as const

interface Named {
  readonly name?: unknown
}

type Step =
  | { readonly kind: 'edit'; readonly edits: readonly Edit[] }
  /** Has it, has another of that name, has the label that says no. */
  | { readonly kind: 'same' | 'different' | 'out' }
  | { readonly kind: 'fault'; readonly message: string }

export function injectManifests(source: string, sidecar: Sidecar): InjectResult {
  const read = readPods(source)
  if (!read.ok) return read
  const steps = read.places.map((place) => ({ place, step: judge(source, place, sidecar) }))
  const faults = steps.flatMap(({ place: { spec, owner }, step }) =>
    step.kind === 'fault' ? [faultAt(read.lines, spec.range?.[0] ?? 0, `${owner}: ${step.message}`)] : [],
  )
  if (faults.length > 0) return { ok: false, faults }
  const text = applyEdits(
    source,
    steps.flatMap(({ step }) => (step.kind === 'edit' ? step.edits : [])),
  )
  const owners = (kind: Step['kind']) => steps.filter(({ step }) => step.kind === kind).map(({ place }) => place.owner)
  const injected = owners('edit')
  if (!showsWholly(text, sidecar, read.places.length, injected.length + owners('same').length)) {
    return { ok: false, faults: [{ line: 1, column: 1, message: STYLE }] }
  }
  return { ok: true, text, injected, different: owners('different') }
}

type ReadPods =
  | { readonly ok: true; readonly places: readonly PodPlace[]; readonly lines: LineCounter }
  | { readonly ok: false; readonly faults: readonly InjectFault[] }

/** As YAML 1.1, which is what Kubernetes reads; JSON is YAML too. */
function readPods(source: string): ReadPods {
  const lines = new LineCounter()
  // What decoding puts in place of bytes that are no UTF-8: they could not be passed on as they were.
  const foreign = source.indexOf('\ufffd')
  const parsed = parseAllDocuments(source, { version: '1.1', lineCounter: lines, prettyErrors: false })
  const documents = Array.isArray(parsed) ? parsed : []
  const broken = documents.flatMap(({ errors }) => errors)
  if (broken.length > 0) {
    return { ok: false, faults: broken.map(({ pos, message }) => faultAt(lines, pos[0], `is no YAML: ${message}`)) }
  }
  if (foreign !== -1) return { ok: false, faults: [faultAt(lines, foreign, 'is no UTF-8')] }
  const found = documents.flatMap((document) => findPods(document))
  const faults = found.flatMap((one) => (one.ok ? [] : [faultAt(lines, one.at, one.message)]))
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, places: found.flatMap((one) => (one.ok ? [one.place] : [])), lines }
}

function judge(source: string, { pod, spec, told: { metadata, spec: told } }: PodPlace, sidecar: Sidecar): Step {
  if (optedOut(metadata)) return { kind: 'out' }
  const present = named(told['initContainers'], [CONTAINER_NAME])
  if (present.length > 0) return { kind: carries(told, sidecar) ? 'same' : 'different' }
  if (named(told['containers'], [CONTAINER_NAME]).length > 0) {
    return { kind: 'fault', message: `a container of the application has the name ${CONTAINER_NAME}; rename it` }
  }
  const [taken] = named(
    told['volumes'],
    sidecar.volumes.map(({ name }) => name),
  )
  if (taken !== undefined) {
    return {
      kind: 'fault',
      message: `a volume has the name ${String(taken.name)}, which the sidecar must have; rename it`,
    }
  }
  const shared = SHARED.find((key) => told[key] === true)
  if (shared !== undefined) {
    const message = `${shared}: true would let others reach the sidecar; leave it out, or label the pod ${OPT_OUT.label}: "${OPT_OUT.value}"`
    return { kind: 'fault', message }
  }
  return { kind: 'edit', edits: editsOf(source, pod, spec, metadata, sidecar) }
}

function editsOf(source: string, pod: YAMLMap, spec: YAMLMap, metadata: Pod['metadata'], sidecar: Sidecar): Edit[] {
  const { container, volumes, labels } = sidecar
  const missing = Object.fromEntries(Object.entries(labels).filter(([key]) => metadata?.labels?.[key] === undefined))
  const edits = [addToList(source, spec, 'initContainers', [container]), addToList(source, spec, 'volumes', volumes)]
  if (Object.keys(missing).length === 0) return edits
  const inMetadata = pod.get('metadata', true) as YAMLMap | undefined
  const labelled =
    metadata === undefined || metadata === null || inMetadata === undefined
      ? addToMapping(source, pod, 'metadata', { labels: missing })
      : addToMapping(source, inMetadata, 'labels', missing)
  return [labelled, ...edits]
}

/** Reads the result again: no pod is lost, and as many as must carry the sidecar do. */
function showsWholly(text: string, sidecar: Sidecar, pods: number, carriers: number): boolean {
  const read = readPods(text)
  if (!read.ok || read.places.length !== pods) return false
  const found = read.places.filter(({ told: { metadata, spec } }) => !optedOut(metadata) && carries(spec, sidecar))
  return found.length >= carriers
}

function carries(spec: Pod['spec'], { container, volumes }: Sidecar): boolean {
  return (
    isDeepStrictEqual(named(spec['initContainers'], [CONTAINER_NAME]), [container]) &&
    volumes.every((volume) => isDeepStrictEqual(named(spec['volumes'], [volume.name]), [volume]))
  )
}

function optedOut(metadata: Pod['metadata']): boolean {
  return String(metadata?.labels?.[OPT_OUT.label]) === OPT_OUT.value
}

function named(list: unknown, names: readonly string[]): readonly Named[] {
  if (!Array.isArray(list)) return []
  return (list as readonly (Named | null)[]).filter(
    (item): item is Named => typeof item?.name === 'string' && names.includes(item.name),
  )
}
