/**
 * What only Debian has. A program is taken out of its package into the checkout: no root needed, and no server started by
 * the package's own scripts. What must be installed for good is, when the user may do so unasked; else the one command to
 * type is named.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onPath, run, runForLines, SetupFailure } from './run.ts'

/** npm scripts have this folder first on PATH. */
const BIN = 'node_modules/.bin'

/** Brings `program` (its path inside the package: `usr/bin/x`) to the PATH of the npm scripts. */
export async function extractDebianProgram(name: string, program: string): Promise<void> {
  await extractDebianPackages(name, [name])
  const link = join(BIN, program.slice(program.lastIndexOf('/') + 1))
  rmSync(link, { force: true })
  symlinkSync(join('../..', '.tools', name, program), link)
}

/** Lays the content of the packages into `.tools/FOLDER`; libraries that they need must be named too. */
export async function extractDebianPackages(target: string, names: readonly string[]): Promise<void> {
  for (const name of names) await extractInto(`.tools/${target}`, name)
}

/** The package and those that it needs and the machine lacks, as apt-get would install them; nothing is. */
export async function withMissingDependencies(name: string): Promise<readonly string[]> {
  const names = (await planned(name)) ?? ((await refreshLists()) ? await planned(name) : undefined)
  if (names === undefined) throw new SetupFailure(mend(name))
  return names
}

async function planned(name: string): Promise<readonly string[] | undefined> {
  const words = ['install', '--simulate', '--no-install-recommends', name]
  const { code, lines } = await runForLines('apt-get', words)
  const names = lines.flatMap((line) => /^Inst (\S+) /.exec(line)?.[1] ?? [])
  return code === 0 && names.length > 0 ? names : undefined
}

async function extractInto(target: string, name: string): Promise<void> {
  if (onPath('apt-get') === undefined) throw new SetupFailure(mend(name))
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-setup-'))
  try {
    const archive =
      (await download(name, folder)) ?? ((await refreshLists()) ? await download(name, folder) : undefined)
    if (archive === undefined) throw new SetupFailure(mend(name))
    mkdirSync('.tools', { recursive: true })
    const extracted = await run('dpkg', ['-x', archive, target])
    if (extracted.code !== 0) throw new SetupFailure(`dpkg could not open ${name}:\n${extracted.tail}\n${mend(name)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function download(name: string, folder: string): Promise<string | undefined> {
  await run('sh', ['-c', 'cd "$1" && apt-get download -qq "$2"', 'sh', folder, name])
  const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'))
  return file === undefined ? undefined : join(folder, file)
}

/** A fresh machine may have no package lists yet. */
async function refreshLists(): Promise<boolean> {
  const prefix = await privilege()
  return prefix !== undefined && (await command([...prefix, 'apt-get', 'update', '-qq'])).code === 0
}

/** Installs a package for good. */
export async function installDebianPackage(name: string): Promise<void> {
  const prefix = await privilege()
  if (onPath('apt-get') === undefined || prefix === undefined) throw new SetupFailure(mend(name))
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  await command([...apt, 'update', '-qq'])
  const installed = await command([...apt, 'install', '-y', '-qq', '--no-install-recommends', name])
  if (installed.code !== 0)
    throw new SetupFailure(`apt-get could not install ${name}:\n${installed.tail}\n${mend(name)}`)
}

/** The words before a privileged command; undefined when the user may not run one unasked. */
async function privilege(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return []
  if (onPath('sudo') === undefined) return undefined
  return (await run('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined
}

function command(words: readonly string[]): ReturnType<typeof run> {
  const [program = '', ...args] = words
  return run(program, args)
}

function mend(name: string): string {
  if (onPath('apt-get') === undefined) return `${name} is needed: install it with this system's own packages`
  return `${name} is needed. Type this once, then try again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${name}`
}
