/** A real Kubernetes API server, built from test/kube/go.mod. */
import { join } from 'node:path'
import { type GoBuild, goBuildIsReady, installGoBuild } from './go-build.ts'

const VERSION = '1.36.3'
const BUILD: GoBuild = {
  what: 'the API server',
  module: 'test/kube',
  sources: ['go.mod', 'go.sum'],
  folder: '.tools/kube-apiserver',
  programs: ['kube-apiserver'],
  packages: ['k8s.io/kubernetes/cmd/kube-apiserver'],
  linkerFlags: `-s -w ${versionFlags()}`,
}

export const KUBE_APISERVER = join(BUILD.folder, 'kube-apiserver')
export const KUBE_APISERVER_TITLE = `kube-apiserver ${VERSION} (built with Go: about 7 minutes on two cores, 2 where Go has cached it)`

export function kubeApiserverIsReady(): boolean {
  return goBuildIsReady(BUILD)
}

export function installKubeApiserver(): Promise<void> {
  return installGoBuild(BUILD)
}

/** Clients take the capabilities of a server from its version, which a build of a module does not know by itself. */
function versionFlags(): string {
  const [major, minor] = VERSION.split('.')
  return Object.entries({ gitVersion: `v${VERSION}`, gitMajor: major, gitMinor: minor })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ')
}
