/**
 * Programs that no package carries and whose own module cannot be installed by `go install`: built from a go.mod of ours, once,
 * and kept until what they were built from changes.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onPath, run, SetupFailure } from './run.ts'

export interface GoBuild {
  /** Begins a message: `the API server`. */
  readonly what: string
  /** Folder of the go.mod. */
  readonly module: string
  /** Files below it whose content decides whether to build anew. */
  readonly sources: readonly string[]
  readonly folder: string
  /** In `folder`, named as Go names them. */
  readonly programs: readonly string[]
  readonly packages: readonly string[]
  readonly linkerFlags: string
}

export function goBuildIsReady(build: GoBuild): boolean {
  const files = [...build.programs.map((name) => join(build.folder, name)), stampOf(build)]
  return files.every((file) => existsSync(file)) && readFileSync(stampOf(build), 'utf8') === builtFrom(build)
}

export async function installGoBuild(build: GoBuild): Promise<void> {
  const { what, module, folder, packages, linkerFlags } = build
  requireGo(build)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // Into a folder that exists Go writes each program under its own name.
  const flags = ['-trimpath', '-ldflags', linkerFlags, '-o', resolve(folder)]
  const built = await run('go', ['-C', module, 'build', ...flags, ...packages])
  if (built.code !== 0) {
    throw new SetupFailure(
      `${what} could not be built:\n${built.tail}\nGo 1.26 or newer is needed, and a Go module proxy that answers`,
    )
  }
  // Last: a build that was interrupted is none.
  writeFileSync(stampOf(build), builtFrom(build))
}

export function requireGo({ what }: Pick<GoBuild, 'what'>): void {
  if (onPath('go') !== undefined) return
  throw new SetupFailure(`Go is missing, and ${what} is built from source: install Go 1.26 or newer, then try again`)
}

function stampOf({ folder }: GoBuild): string {
  return join(folder, 'built-from.txt')
}

function builtFrom({ module, sources }: GoBuild): string {
  return sources.map((file) => readFileSync(join(module, file), 'utf8')).join('')
}
