/**
 * `npm run envoy-gateway`: renews what Envoy Gateway renders of the chart's example, in test/mesh/envoy-gateway. By hand, after
 * a change of the chart's mesh objects: it needs egctl, which takes half an hour to build. Without a cluster: egctl reads the
 * objects against the schemas of their resources (unknown keys are refused), and renders them with the controller's own code.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Ca, issueCertificate, makeCa } from '../src/drill/certificates.ts'
import { chartFileNow } from '../test/mesh/chart-objects.ts'
import {
  CHART_FILE,
  ENVOY_GATEWAY_VERSION,
  inputDigest,
  objectsIn,
  RENDERED_FILE,
  readCheckout,
  SURROUNDINGS_FILE,
} from '../test/mesh/envoy-gateway.ts'
import type { KubeObject } from '../test/support/helm.ts'
import { writeOrCheck } from './generated.ts'

const MODULE = 'github.com/envoyproxy/gateway'
const TRANSLATE = ['x', 'translate', '--from', 'gateway-api', '--to', 'gateway-api,xds', '--type', 'all', '-o', 'yaml']
/** As the API server gives one to each Service. For documentation only (RFC 5737). */
const SERVICE_ADDRESS = '192.0.2.91'

function findEgctl(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const named = process.env['HOLDFAST_EGCTL'] ?? ''
  const candidates = named === '' ? folders.map((folder) => join(folder, 'egctl')) : [named]
  // The command does not tell its version, but Go writes the module into each program.
  const program = candidates.find((path) => readOr(path)?.includes(`mod\t${MODULE}\tv${ENVOY_GATEWAY_VERSION}\t`))
  if (program !== undefined) return program
  throw new Error(
    `no egctl ${ENVOY_GATEWAY_VERSION} in HOLDFAST_EGCTL or PATH. With Go 1.26 or newer, in about half an hour:\n` +
      `  go install ${MODULE}/cmd/egctl@v${ENVOY_GATEWAY_VERSION}`,
  )
}

function readOr(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** What a cluster and its operator would have put in. */
async function filled(object: KubeObject, ca: Ca): Promise<KubeObject> {
  if (object.kind === 'Service') return { ...object, spec: { clusterIP: SERVICE_ADDRESS, ...object['spec'] } }
  if (object.kind === 'ConfigMap') return { ...object, data: { 'ca.crt': ca.certificatePem } }
  if (object.kind !== 'Secret') return object
  const { certificatePem, keyPem } = await issueCertificate(ca, { dns: ['payments.example.com'] })
  return { ...object, data: { 'tls.crt': base64(certificatePem), 'tls.key': base64(keyPem) } }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function translated(program: string, objects: readonly KubeObject[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-egctl-'))
  try {
    const file = join(dir, 'objects.yaml')
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'), { mode: 0o600 })
    const { status, stdout, stderr } = spawnSync(program, [...TRANSLATE, '--file', file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`egctl refuses the objects: ${stderr}`)
    // In the layout of the other files.
    return stringify(parse(stdout), { lineWidth: 0, singleQuote: false })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function renew(): Promise<void> {
  const program = findEgctl()
  const [chart, surroundings] = [await chartFileNow(), readCheckout(SURROUNDINGS_FILE)]
  const ca = await makeCa('Envoy Gateway rendering')
  const objects = [...objectsIn(surroundings), ...objectsIn(chart).filter(({ kind }) => kind !== 'ConfigMap')]
  const rendered = translated(program, await Promise.all(objects.map((object) => filled(object, ca))))
  const head = `# Rendered by Envoy Gateway ${ENVOY_GATEWAY_VERSION} (npm run envoy-gateway) of ${inputDigest(chart, surroundings)}\n`
  writeOrCheck(
    [
      { path: CHART_FILE, text: chart },
      { path: RENDERED_FILE, text: head + rendered },
    ],
    'npm run envoy-gateway',
  )
}

try {
  await renew()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
