/** Real Helm for tests, both majors. None is a failure that names the mend, never a skip. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export interface Helm {
  readonly name: string
  readonly program: string
}

/** A rendered object, read as far as tests go into it. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, each test looks at its own
  readonly [key: string]: any
}

export type Rendered =
  | { readonly ok: true; readonly text: string; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly error: string }

export interface RenderOptions {
  /** File names from the root of the chart, or values; later ones win. */
  readonly values?: readonly (string | object)[]
  /** The chart, if not ours. */
  readonly chart?: string
  readonly release?: string
  /** More words for `helm template`. */
  readonly args?: readonly string[]
}

export const CHART = fileURLToPath(new URL('../../charts/holdfast/', import.meta.url))
export const NAMESPACE = 'holdfast-system'

export const HELM3: Helm = { name: 'Helm 3', program: find('HOLDFAST_HELM3', 'helm-3.17.3') }
export const HELM4: Helm = { name: 'Helm 4', program: find('HOLDFAST_HELM4', 'helm-4.2.3') }
export const HELMS: readonly Helm[] = [HELM3, HELM4]

/** Values files that must render as they stand, from the root of the chart. */
export const VALUES_FILES: readonly string[] = ['ci', 'examples'].flatMap((folder) =>
  readdirSync(join(CHART, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
)

/** `helm template`. */
export function render(helm: Helm, options: RenderOptions = {}): Promise<Rendered> {
  const { chart = CHART, release = 'r', args = [] } = options
  return withValues(options.values ?? [], async (words) => {
    const command = ['template', release, chart, '--namespace', NAMESPACE, ...words, ...args]
    const { code, stdout, stderr } = await run(helm, command)
    return code === 0 ? { ok: true, text: stdout, objects: parse(stdout) } : { ok: false, error: stderr }
  })
}

const renderings = new Map<string, Promise<Rendered>>()

/** The objects, each rendering made once; throws what Helm says when it refuses. */
export async function renderObjects(helm: Helm, options: RenderOptions): Promise<readonly KubeObject[]> {
  const key = JSON.stringify([helm.name, options])
  const rendering = renderings.get(key) ?? render(helm, options)
  renderings.set(key, rendering)
  const rendered = await rendering
  if (!rendered.ok) throw new Error(rendered.error)
  return rendered.objects
}

/** What `helm lint --strict` says when it finds something. */
export function lint(helm: Helm, values: readonly (string | object)[]): Promise<string | undefined> {
  return withValues(values, async (words) => {
    const { code, stdout, stderr } = await run(helm, ['lint', '--strict', CHART, ...words])
    return code === 0 ? undefined : stdout + stderr
  })
}

/** The one object of that kind, and name if there are several. */
export function only(objects: readonly KubeObject[], kind: string, name?: string): KubeObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  )
  const [first] = found
  if (first === undefined || found.length > 1)
    throw new Error(`${found.length} objects of kind ${kind} (${name ?? ''})`)
  return first
}

/** Every pod: of its own, or as the template of a Deployment. */
export function podSpecs(
  objects: readonly KubeObject[],
): readonly { name: string; metadata: KubeObject; spec: KubeObject }[] {
  return objects.flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`
    if (object.kind === 'Pod') return [{ name, metadata: object, spec: object['spec'] }]
    return object.kind === 'Deployment'
      ? [{ name, metadata: object['spec'].template, spec: object['spec'].template.spec }]
      : []
  })
}

async function withValues<T>(
  values: readonly (string | object)[],
  use: (words: readonly string[]) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-values-'))
  try {
    const words = values.flatMap((value, index) => {
      if (typeof value === 'string') return ['--values', join(CHART, value)]
      const file = join(dir, `${index}.json`)
      writeFileSync(file, JSON.stringify(value))
      return ['--values', file]
    })
    return await use(words)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function run({ program }: Helm, args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr })
    })
  })
}

/** Throws on a key that stands twice, which server-side apply would refuse. */
function parse(text: string): readonly KubeObject[] {
  return parseAllDocuments(text, { uniqueKeys: true }).flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const object = document.toJS() as KubeObject | null
    return object === null ? [] : [object]
  })
}

function find(variable: string, folder: string): string {
  const named = process.env[variable] ?? ''
  if (named !== '') return named
  const program = fileURLToPath(new URL(`../../.tools/${folder}/helm/helm`, import.meta.url))
  if (!existsSync(program)) throw new Error('no Helm: type "npm run setup -- helm", then run the test again')
  return program
}
