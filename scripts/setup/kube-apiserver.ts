/**
 * A real Kubernetes API server, built from test/kube/go.mod: no package carries the program, and its own module cannot be
 * installed by `go install`. The stamp is written last and holds what it was built from.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { onPath, run, SetupFailure } from './run.ts'

const VERSION = '1.36.3'
const MODULE = 'test/kube'
const FOLDER = '.tools/kube-apiserver'
const STAMP = join(FOLDER, 'built-from.txt')

export const KUBE_APISERVER = join(FOLDER, 'kube-apiserver')
export const KUBE_APISERVER_TITLE = `kube-apiserver ${VERSION} (built with Go: about 7 minutes on two cores, 2 where Go has cached it)`

export function kubeApiserverIsReady(): boolean {
  return existsSync(KUBE_APISERVER) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === builtFrom()
}

export async function installKubeApiserver(): Promise<void> {
  if (onPath('go') === undefined) {
    throw new SetupFailure(
      'Go is missing, and the API server is built from source: install Go 1.26 or newer, then try again',
    )
  }
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  // Clients take the capabilities of a server from its version, which a build of a module does not know by itself.
  const [major, minor] = VERSION.split('.')
  const flags = Object.entries({ gitVersion: `v${VERSION}`, gitMajor: major, gitMinor: minor })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ')
  const built = await run('go', [
    ...['-C', MODULE, 'build', '-trimpath', '-ldflags', `-s -w ${flags}`],
    ...['-o', resolve(KUBE_APISERVER), 'k8s.io/kubernetes/cmd/kube-apiserver'],
  ])
  if (built.code !== 0) {
    throw new SetupFailure(
      `the API server could not be built:\n${built.tail}\nGo 1.26 or newer is needed, and a Go module proxy that answers`,
    )
  }
  writeFileSync(STAMP, builtFrom())
}

function builtFrom(): string {
  return readFileSync(join(MODULE, 'go.mod'), 'utf8') + readFileSync(join(MODULE, 'go.sum'), 'utf8')
}
