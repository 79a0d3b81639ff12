/**
 * One virtual environment for each list of pinned wheels. A stamp written last holds the list that was installed, so
 * that a changed list or an interrupted installation starts over.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installDebianPackage } from './debian.ts'
import { onPath, run, SetupFailure } from './run.ts'

export interface Venv {
  readonly folder: string
  /** File with exact versions. */
  readonly requirements: string
}

const MINIMUM = '3.10'
const PIP = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--no-input', '--only-binary=:all:']

export function venvIsReady(venv: Venv): boolean {
  return read(stampOf(venv)) === readFileSync(venv.requirements, 'utf8')
}

export async function installVenv(venv: Venv): Promise<void> {
  const python = onPath('python3')
  if (python === undefined) throw new SetupFailure(`python3 is missing: install Python ${MINIMUM} or newer`)
  await demandVersion(python)
  rmSync(venv.folder, { recursive: true, force: true })
  await createVenv(python, venv.folder)
  const installed = await run(join(venv.folder, 'bin/python'), [...PIP, '-r', venv.requirements])
  if (installed.code !== 0) {
    throw new SetupFailure(
      `pip could not install ${venv.requirements}:\n${installed.tail}\nIs the package index reachable? The wheels are for Linux on x64 and arm64.`,
    )
  }
  writeFileSync(stampOf(venv), readFileSync(venv.requirements))
}

async function demandVersion(python: string): Promise<void> {
  const test = `import sys; print(sys.version.split()[0]); sys.exit(sys.version_info < (${MINIMUM.replace('.', ', ')}))`
  const found = await run(python, ['-c', test])
  if (found.code !== 0) {
    throw new SetupFailure(
      `Python ${MINIMUM} or newer is needed; ${python} is ${found.tail}: put a newer python3 first on PATH`,
    )
  }
}

/** Debian keeps the part of venv that brings pip in a package of its own, python3-venv. */
async function createVenv(python: string, folder: string): Promise<void> {
  const first = await run(python, ['-m', 'venv', folder])
  if (first.code === 0) return
  const lacksPip = (await run(python, ['-c', 'import ensurepip'])).code !== 0
  if (!lacksPip) throw new SetupFailure(`${python} -m venv ${folder} failed:\n${first.tail}`)
  await installDebianPackage('python3-venv')
  rmSync(folder, { recursive: true, force: true })
  const second = await run(python, ['-m', 'venv', folder])
  if (second.code !== 0) throw new SetupFailure(`${python} -m venv ${folder} failed:\n${second.tail}`)
}

function stampOf(venv: Venv): string {
  return join(venv.folder, 'installed-requirements.txt')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
