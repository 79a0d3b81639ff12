/** `holdfast inject`: the sidecar into the manifests on standard input, for clusters where no policy injects it. */
import { resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { readBounded } from '../config/read-file.ts'
import { readChartValues } from '../inject/chart-values.ts'
import { injectManifests } from '../inject/inject.ts'
import { makeSidecar, type Sidecar } from '../inject/sidecar.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { readVersion } from './version.ts'

const OPTIONS = { values: 'string', release: 'string', image: 'string', 'config-map': 'string' } as const
const MAX_VALUES_BYTES = 1_048_576
const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

export const command: Command = {
  name: 'inject',
  summary: 'add the sidecar to the Kubernetes manifests on standard input',
  help: `Usage: holdfast inject [--values FILE] [--release NAME] [--image IMAGE] [--config-map NAME] < manifests

Writes the manifests to standard output, with the sidecar in each Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet,
ReplicationController, Job and CronJob, in lists too. YAML or JSON, any number of documents. The rest stays byte for byte.
It is the sidecar that the chart's policies inject and demand.

Left as they are: pods labelled holdfast.io/inject: "false", and pods with a container holdfast in initContainers.
All or nothing: with one fault, nothing is written.

  --values FILE      values of the chart, the same file that Helm got (default: the chart's defaults)
  --release NAME     the Helm release whose ConfigMaps are mounted (default: holdfast)
  --image IMAGE      the image, instead of the one that values name
  --config-map NAME  the ConfigMap with holdfast.yaml, instead of that of the release

Examples:
  kubectl create deployment app --image=app:1 --dry-run=client -o yaml | holdfast inject | kubectl apply -f -
  helm template app ./app | holdfast inject --values holdfast-values.yaml > app.yaml
  kubectl get deployment app -o yaml | holdfast inject | kubectl apply -f -

Exit codes: 0 done, 2 wrong use, faulty values, or manifests that cannot be injected; then nothing was written.
`,
  async run(args, io) {
    const parsed = readArgs(args, OPTIONS)
    if (!parsed.ok) return wrong(io, [parsed.message])
    const sidecar = await sidecarOf(parsed.values, io)
    if (Array.isArray(sidecar)) return wrong(io, sidecar)
    const source = await io.stdin()
    const result = injectManifests(source, sidecar as Sidecar)
    if (!result.ok) {
      return wrong(
        io,
        result.faults.map(({ line, column, message }) => `standard input:${line}:${column}: ${message}`),
      )
    }
    for (const owner of result.different) {
      io.err(
        `holdfast inject: ${owner}: has a container holdfast already, and not the one of these values; left as it is\n`,
      )
    }
    io.out(result.text)
    return EXIT.done
  },
}

type Options = { readonly [K in keyof typeof OPTIONS]?: string }

/** The sidecar, or what is wrong. */
async function sidecarOf(options: Options, io: Io): Promise<Sidecar | readonly string[]> {
  const { values: file, release = 'holdfast', image, 'config-map': configMap } = options
  if (!NAME.test(release)) return [`--release: ${JSON.stringify(release)} is no name of a release`]
  if (configMap !== undefined && !NAME.test(configMap))
    return [`--config-map: ${JSON.stringify(configMap)} is no name of a ConfigMap`]
  if (image !== undefined && !/^\S+$/.test(image)) return ['--image: is empty or has spaces']
  const own = file === undefined ? { ok: true as const, value: undefined } : await readYaml(resolve(io.cwd, file))
  if (!own.ok) return [`${file}: ${own.error}`]
  const read = readChartValues(own.value)
  if (!read.ok) return read.faults.map((fault) => `${file}: ${fault}`)
  return makeSidecar(read.values, { release, version: readVersion(), image, configMap })
}

async function readYaml(path: string): Promise<{ ok: true; value: unknown } | { ok: false; error: string }> {
  const file = await readBounded(path, MAX_VALUES_BYTES)
  if (!file.ok) return { ok: false, error: file.error }
  // YAML 1.1, as Helm reads it.
  const document = parseDocument(file.bytes.toString(), { version: '1.1', prettyErrors: false })
  const [fault] = document.errors
  if (fault !== undefined) return { ok: false, error: `is no YAML: ${fault.message}` }
  return { ok: true, value: document.toJS() as unknown }
}

function wrong(io: Io, messages: readonly string[]): number {
  for (const message of messages) io.err(`holdfast inject: ${message}\n`)
  return EXIT.wrongUse
}
