/**
 * Runs a program in the content of an image as a strict container runtime does: its own user, no privileges to gain, its own
 * processes, and a root that nobody can write, so that whatever needs to write fails.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onPath, SetupFailure } from '../setup/run.ts'
import type { ImageConfig } from './buildah.ts'

export interface SandboxOptions {
  /** The folder with the content of the image. */
  readonly content: string
  readonly config: Pick<ImageConfig, 'User' | 'Env' | 'Entrypoint'>
  /** Behind the entry point. */
  readonly args: readonly string[]
  /** In memory; without it no path can be written at all. */
  readonly writableTmp: boolean
  /** Files and folders of this machine to show read-only: from an absolute path in the sandbox, to where they are. */
  readonly shown?: Readonly<Record<string, string>>
  /** On top of those of the image. */
  readonly env?: Readonly<Record<string, string>>
}

/** $1 the new root, $2 the content, $3 whether /tmp is writable, then pairs of shown paths up to `--`, then the program. */
const ENTER = `
root=$1 content=$2 tmp=$3; shift 3
mount -t tmpfs -o mode=755 none "$root"
show() { mount --bind "$1" "$2"; mount -o remount,bind,ro,nosuid,nodev "$2"; }
for entry in "$content"/*; do
  case "\${entry##*/}" in tmp|proc|dev|sys|run) continue;; esac
  mkdir "$root/\${entry##*/}"; show "$entry" "$root/\${entry##*/}"
done
mkdir "$root/proc" "$root/dev" "$root/tmp"
mount -t proc proc "$root/proc"
for device in null urandom; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
[ "$tmp" = no ] || mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev none "$root/tmp"
while [ "$1" != -- ]; do
  if [ ! -e "$root$1" ]; then if [ -d "$2" ]; then mkdir "$root$1"; else : > "$root$1"; fi; fi
  show "$2" "$root$1"; shift 2
done
shift
mount -o remount,ro "$root"
exec "$@"
`

export interface Sandboxed {
  /** Of the program itself, as this machine counts; undefined when it has not begun or is gone. */
  pid(): number | undefined
  /** The exit code, or the name of the signal, once it ended. */
  readonly ended: Promise<{ readonly code: number | string; readonly out: string; readonly err: string }>
}

/** Starts it. The network is this machine's own. */
export function startInSandbox(options: SandboxOptions): Sandboxed {
  const { content, config, args, writableTmp, shown = {}, env = {} } = options
  const root = mkdtempSync(join(tmpdir(), 'holdfast-image-'))
  const pairs = Object.entries(shown).flat()
  const drop = [path('setpriv'), '--no-new-privs', path('chroot'), `--userspec=${config.User}`, '--groups=', root]
  const environment = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  const program = [path('env'), '-i', ...environment, ...drop, ...config.Entrypoint, ...args]
  const enter = ['sh', '-euc', ENTER, 'enter', root, content, writableTmp ? 'yes' : 'no', ...pairs, '--', ...program]
  const child = spawn(path('unshare'), ['--mount', '--pid', '--fork', '--kill-child', ...enter], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<{ code: number | string; out: string; err: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // Its mounts went with the namespace: the folder is empty again.
      if (readdirSync(root).length === 0) rmdirSync(root)
      resolve({ code: code ?? signal ?? 'unknown', out, err })
    })
  })
  return { pid: () => pidInside(child), ended }
}

/** unshare has one child: the shell, which became the program. */
function pidInside({ pid }: ChildProcess): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? undefined : Number(text)
  } catch {
    return undefined
  }
}

function path(name: string): string {
  const found = onPath(name) ?? onPathOfRoot(name)
  if (found === undefined) throw new SetupFailure(`${name} is needed: apt-get install util-linux coreutils`)
  return found
}

function onPathOfRoot(name: string): string | undefined {
  return ['/usr/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find((file) => readdirSync(join(file, '..')).includes(name))
}
