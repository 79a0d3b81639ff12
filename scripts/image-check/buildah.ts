/** buildah out of .tools/buildah, with a store of its own beside it: nothing of this machine is read or changed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SetupFailure } from '../setup/run.ts'

const TOOLS = resolve('.tools/buildah')
const STORE = resolve('.tools/image-store')
const POLICY = ['--signature-policy', join(TOOLS, 'etc/containers/policy.json')]
/** Without the kernel's overlay and without a container runtime: works wherever root may chroot. */
const STORAGE = ['--root', join(STORE, 'root'), '--runroot', join(STORE, 'run'), '--storage-driver', 'vfs']

/**
 * Its helpers drop LD_LIBRARY_PATH. So it runs where the loader's list of libraries is one that also names ours, put over the
 * machine's in a mount namespace that nobody else sees.
 */
const WITH_LIBRARIES = 'mount --bind "$1" /etc/ld.so.cache; shift; exec "$@"'

/** The loader's list: our libraries first, then those of the machine. */
function libraryList(): string {
  const folders = ['usr/lib', 'lib'].map((folder) => join(TOOLS, folder)).filter((folder) => existsSync(folder))
  const own = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const [settings, list] = [join(STORE, 'ld.so.conf'), join(STORE, 'ld.so.cache')]
  writeFileSync(settings, `${own.filter((path) => path.endsWith('-linux-gnu')).join('\n')}\ninclude /etc/ld.so.conf\n`)
  const { status, stderr } = spawnSync('/sbin/ldconfig', ['-X', '-f', settings, '-C', list], { encoding: 'utf8' })
  if (status !== 0) throw new SetupFailure(`ldconfig failed: ${stderr}`)
  return list
}

/** What it prints, trimmed. Throws a SetupFailure with its own last words. */
export function buildah(args: readonly string[]): string {
  mkdirSync(STORE, { recursive: true })
  const program = [join(TOOLS, 'usr/bin/buildah'), ...STORAGE, ...args]
  const words = ['--mount', 'sh', '-euc', WITH_LIBRARIES, 'with-libraries', libraryList(), ...program]
  const { status, stdout, stderr } = spawnSync('unshare', words, {
    env: { ...process.env, CONTAINERS_REGISTRIES_CONF: join(TOOLS, 'etc/containers/registries.conf') },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0)
    throw new SetupFailure(`buildah ${args[0]} failed:\n${`${stdout}${stderr ?? ''}`.trimEnd().slice(-4000)}`)
  return stdout.trim()
}

/** A working container of an image; `content` is the folder that holds all of it. */
export function openImage(image: string): { readonly container: string; readonly content: string } {
  const container = buildah(['from', '--pull-never', ...POLICY, image])
  return { container, content: buildah(['mount', container]) }
}

export function hasImage(image: string): boolean {
  return buildah(['images', '--format', '{{.Name}}:{{.Tag}}']).split('\n').includes(`localhost/${image}`)
}

export function commit(container: string, image: string): void {
  buildah(['commit', ...POLICY, '--quiet', container, image])
  buildah(['rm', container])
}

/**
 * Builds `folder` by its Dockerfile as it stands, with no image but those of the store and no layer of an earlier build.
 * `settings` are further options of `buildah build`.
 */
export function buildImage(folder: string, image: string, settings: readonly string[]): void {
  const local = ['--isolation', 'chroot', '--pull-never', '--no-cache', '--format', 'docker', '--timestamp', '0']
  buildah(['build', ...POLICY, ...local, ...settings, '--tag', image, folder])
}

/** The part of its configuration that a runtime obeys. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
  readonly Healthcheck: { readonly Test: readonly string[] }
  readonly ExposedPorts?: object
}

export function configOf(image: string): ImageConfig {
  const inspected = JSON.parse(buildah(['inspect', '--type', 'image', image])) as { Docker: { config: ImageConfig } }
  return inspected.Docker.config
}

/** Removes the working containers, and the images that a newer one took the name of. */
export function clean(): void {
  buildah(['rm', '--all'])
  buildah(['rmi', '--prune'])
}
