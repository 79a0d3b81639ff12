/**
 * `node scripts/image/lay-out.ts OUT`, in the build stage of the Dockerfile: lays the content of the image into three folders,
 * one a layer, those that change least first. All is root's and read-only; times are SOURCE_DATE_EPOCH, or 1970.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeRoot } from './node-root.ts'
import { packageFiles } from './packages.ts'
import { sbom } from './sbom.ts'
import { isNeeded, staleLines } from './trim.ts'

const HOME = '/opt/holdfast'
const SOURCE = process.cwd()

function put(path: string, content: Buffer | string, executable = false): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  chmodSync(path, executable ? 0o755 : 0o644)
}

function layNode(layer: string): void {
  for (const { path, content, executable } of nodeRoot()) put(join(layer, path), content, executable)
  // For the drill; serve writes nothing.
  mkdirSync(join(layer, 'tmp'))
  chmodSync(join(layer, 'tmp'), 0o1777)
}

function layPackages(layer: string): void {
  const files = packageFiles(SOURCE)
  const stale = staleLines(files)
  if (stale.length > 0) throw new Error(`scripts/image/trim.ts: nothing matches ${stale.join(', ')}`)
  for (const { packageName, path, file } of files)
    if (isNeeded(packageName, path)) put(join(layer, HOME, file), readFileSync(join(SOURCE, file)))
}

function layHoldfast(layer: string): void {
  const home = join(layer, HOME)
  for (const folder of ['dist', 'proto', 'envoy'])
    cpSync(join(SOURCE, folder), join(home, folder), { recursive: true, filter: (path) => !path.endsWith('.md') })
  put(join(home, 'LICENSE'), readFileSync(join(SOURCE, 'LICENSE')))
  put(join(home, 'package.json'), ownPackage())
  put(join(home, 'sbom.cdx.json'), sbom(SOURCE, process.versions.node))
  // Where the configuration is mounted.
  mkdirSync(join(layer, 'etc/holdfast'), { recursive: true })
  // There is no env(1) to find node with.
  const main = readFileSync(join(home, 'dist/main.js'), 'utf8').replace(/^#!.*/, '#!/usr/local/bin/node')
  put(join(home, 'dist/main.js'), main, true)
  mkdirSync(join(layer, 'usr/local/bin'), { recursive: true })
  symlinkSync(`${HOME}/dist/main.js`, join(layer, 'usr/local/bin/holdfast'))
}

/** What Node and `holdfast version` read of it: scripts and tools of the checkout are not here. */
function ownPackage(): string {
  const { name, version, description, license, type } = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'))
  return `${JSON.stringify({ name, version, description, license, type }, null, 2)}\n`
}

/** Children first: to write into a folder changes its time. */
function setTimes(folder: string, epochSeconds: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) setTimes(path, epochSeconds)
    else if (entry.isFile()) utimesSync(path, epochSeconds, epochSeconds)
  }
  utimesSync(folder, epochSeconds, epochSeconds)
}

const [out] = process.argv.slice(2)
if (out === undefined) throw new Error('usage: node scripts/image/lay-out.ts OUT')
layNode(join(out, 'node'))
layPackages(join(out, 'packages'))
layHoldfast(join(out, 'holdfast'))
setTimes(out, Number(process.env['SOURCE_DATE_EPOCH'] ?? 0))
