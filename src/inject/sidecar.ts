/**
 * What goes into a pod: the container of charts/holdfast/templates/_sidecar.tpl, its volumes and labels. Every field that
 * the API server would fill in is written out, so that the validating policy finds the same. test/cluster holds both together.
 */
import { posix } from 'node:path'
import type { ChartValues } from './chart-values.ts'
import { fileVolumes, secretsVolume } from './volumes.ts'

export const CONTAINER_NAME = 'holdfast'

/** A node of a manifest. */
export type Manifest = Readonly<Record<string, unknown>>

export interface Sidecar {
  readonly container: Manifest & { readonly name: string }
  readonly volumes: readonly (Manifest & { readonly name: string })[]
  /** For the pod's metadata. */
  readonly labels: Readonly<Record<string, string>>
}

export interface SidecarOptions {
  /** Name of the Helm release that makes the ConfigMaps. */
  readonly release: string
  /** Tag of the image where values name none. */
  readonly version: string
  /** Instead of the image that values make. */
  readonly image?: string | undefined
  /** Instead of the ConfigMap that the release makes. */
  readonly configMap?: string | undefined
}

const CONFIG_FILE = '/etc/holdfast/config/holdfast.yaml'
const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'
const PROGRAM = '/usr/local/bin/holdfast'
const LOCAL = /^(127\.[0-9.]+|localhost|\[::1\]):[0-9]+$/

export function makeSidecar(values: ChartValues, options: SidecarOptions): Sidecar {
  const name = fullName(values, options.release)
  const files = [...fileVolumes(values, name, options.configMap), ...secretsVolume(values)]
  const socket = socketFolder(values.config.server.listen)
  const empty = (volume: string) => ({ name: volume, emptyDir: { sizeLimit: '1Mi' } })
  return {
    container: container(values, options, [
      ...files.map((volume) => ({
        name: volume.name,
        mountPath: `/etc/holdfast/${volume.name.replace('holdfast-', '')}`,
        readOnly: true,
      })),
      // Where something is mounted already, the API server mounts no token of the application.
      { name: 'holdfast-no-token', mountPath: TOKEN_FOLDER, readOnly: true },
      ...(socket === undefined ? [] : [{ name: 'holdfast-socket', mountPath: socket }]),
    ]),
    volumes: [...files, empty('holdfast-no-token'), ...(socket === undefined ? [] : [empty('holdfast-socket')])],
    labels: { 'holdfast.io/injected': 'true' },
  }
}

function container(values: ChartValues, options: SidecarOptions, volumeMounts: readonly Manifest[]) {
  const { sidecar, config } = values
  const admin = config.admin.listen
  const url = adminUrl(config.admin)
  const { waitFor, ...startup } = sidecar.startupProbe
  return {
    name: CONTAINER_NAME,
    image: options.image ?? imageOf(values, options.version),
    imagePullPolicy: values.image.pullPolicy,
    restartPolicy: 'Always',
    args: ['serve'],
    env: [
      { name: 'HOLDFAST_CONFIG', value: CONFIG_FILE },
      ...(sidecar.nodeOptions === '' ? [] : [{ name: 'NODE_OPTIONS', value: sidecar.nodeOptions }]),
    ],
    ...(LOCAL.test(admin)
      ? {}
      : { ports: [{ name: 'holdfast-admin', containerPort: Number(admin.split(':').at(-1)), protocol: 'TCP' }] }),
    startupProbe: probe(url, startup, waitFor === 'live'),
    readinessProbe: probe(url, sidecar.readinessProbe, false),
    livenessProbe: probe(url, sidecar.livenessProbe, true),
    ...resourcesOf(sidecar.resources),
    securityContext: securityContext(values.pod),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts,
  }
}

/** Quantities as text, as the policy has to write them. */
function resourcesOf({ requests, limits, claims }: ChartValues['sidecar']['resources']): Manifest {
  const resources = {
    ...(requests === undefined ? {} : { requests: texts(requests) }),
    ...(limits === undefined ? {} : { limits: texts(limits) }),
    ...(claims === undefined ? {} : { claims }),
  }
  return Object.keys(resources).length === 0 ? {} : { resources }
}

function texts(quantities: Readonly<Record<string, string | number>>): Manifest {
  return Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, String(quantity)]))
}

/** It runs in the container: no mesh stands between, and the admin port may stay on loopback. */
function probe(url: string, numbers: Manifest, live: boolean): Manifest {
  const command = [PROGRAM, 'ready', '--url', url, ...(live ? ['--live'] : [])]
  return { exec: { command }, ...numbers, successThreshold: 1 }
}

/** As it is reached from within. */
function adminUrl({ listen, tls }: ChartValues['config']['admin']): string {
  const address = listen.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  return `${(tls ?? null) === null ? 'http' : 'https'}://${address}`
}

function securityContext({ runAsUser, runAsGroup }: ChartValues['pod']): Manifest {
  return {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    ...(typeof runAsUser === 'number' ? { runAsUser } : {}),
    ...(typeof runAsGroup === 'number' ? { runAsGroup } : {}),
    seccompProfile: { type: 'RuntimeDefault' },
    capabilities: { drop: ['ALL'] },
  }
}

function imageOf({ image, global }: ChartValues, version: string): string {
  const registry = global.imageRegistry || image.registry
  const name = registry === '' ? image.repository : `${registry}/${image.repository}`
  const tagged = `${name}:${image.tag || version}`
  return image.digest === '' ? tagged : `${tagged}@${image.digest}`
}

/** `holdfast.fullname` of the chart. */
function fullName({ nameOverride, fullnameOverride }: ChartValues, release: string): string {
  const name = cut(nameOverride || 'holdfast', 63)
  return cut(fullnameOverride || (release.includes(name) ? release : `${release}-${name}`), 44)
}

function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/-$/, '')
}

function socketFolder(listen: string): string | undefined {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(listen)?.[1]
  return path === undefined ? undefined : posix.dirname(path)
}
