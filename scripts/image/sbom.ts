/**
 * The bill of materials: CycloneDX as npm writes it of package-lock.json, of the packages that run, and Node itself, which npm
 * does not know of. Serial number and time are left out: the same tree gives the same bytes.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lock, runtimeNames } from './packages.ts'

interface Bom {
  readonly serialNumber?: string
  readonly metadata: { readonly timestamp?: string; readonly component: { readonly 'bom-ref': string } }
  readonly components: readonly { readonly 'bom-ref': string }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** As JSON text. `root` holds package.json and package-lock.json. Throws with npm's own words. */
export function sbom(root: string, nodeVersion: string): string {
  // With --omit npm leaves out a package that runs when one for development needs it too. So all, and then ours.
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`npm sbom failed:\n${stderr}`)
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  return `${JSON.stringify(reduced(JSON.parse(stdout) as Bom, runtimeNames(lock), nodeVersion), null, 2)}\n`
}

function reduced(bom: Bom, running: ReadonlySet<string>, nodeVersion: string): object {
  const { serialNumber: _serial, metadata, components, dependencies, ...rest } = bom
  const { timestamp: _time, ...kept } = metadata
  const self = metadata.component['bom-ref']
  const runs = (ref: string) => running.has(ref) || ref === self
  return {
    ...rest,
    // npm calls it by the name of the folder.
    metadata: { ...kept, component: { ...metadata.component, name: 'holdfast', type: 'application' } },
    components: [...components.filter((component) => runs(component['bom-ref'])), node(nodeVersion)],
    dependencies: dependencies
      .filter(({ ref }) => runs(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(runs) })),
  }
}

function node(version: string): object {
  return {
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
  }
}
