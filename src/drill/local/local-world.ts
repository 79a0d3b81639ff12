/**
 * A whole world on this machine: an application, Holdfast as it is served for real, and Envoy with mTLS in front where
 * there is one. Everything listens on loopback; everything that is started is stopped, by pid, in reverse order.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { directTarget } from '../target/direct-target.ts'
import { envoyTarget } from '../target/envoy-target.ts'
import { grpcLink } from '../target/grpc-link.ts'
import type { Target } from '../target/target.ts'
import { ENVOY_CONFIG, HOLDFAST_CONFIG, makeWorld, readSidecarConfig } from '../world/make-world.ts'
import { startUpstream } from '../world/upstream.ts'
import { loadWorld, type World } from '../world/world.ts'
import { StartFailure } from './child.ts'
import { startEnvoy } from './envoy.ts'
import { startHoldfast } from './holdfast.ts'
import type { Ports } from './ports.ts'

export interface LocalWorldOptions {
  /** Made when it is not there; never emptied: it is somebody's. */
  readonly dir: string
  readonly ports: Ports
  /** Undefined: Holdfast is asked directly. */
  readonly envoy: string | undefined
  /** The program that serves: main.js or main.ts. */
  readonly main: string
  readonly progress: (text: string) => void
}

export interface LocalWorld {
  readonly world: World
  readonly target: Target
}

export interface LocalWorldControl {
  /** Throws a StartFailure that says what did not start. */
  start(): Promise<LocalWorld>
  /** At any time, also while it starts. */
  stop(): Promise<void>
}

export function localWorld(options: LocalWorldOptions): LocalWorldControl {
  const stops: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stopAll = async () => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
  }
  /** What comes up after `stop` was called goes down at once. */
  const started = async <T>(thing: T, stop: () => Promise<void>): Promise<T> => {
    stops.push(stop)
    if (stopping === undefined) return thing
    await stopAll()
    throw new StartFailure('stopped while it started')
  }
  return {
    start: () => start(options, started),
    stop: () => {
      stopping ??= stopAll()
      return stopping
    },
  }
}

/** Whether a world may be made there: no such folder yet, or nothing in it. */
export function isFree(dir: string): boolean {
  return !existsSync(dir) || readdirSync(dir).length === 0
}

type Started = <T>(thing: T, stop: () => Promise<void>) => Promise<T>

async function start(options: LocalWorldOptions, started: Started): Promise<LocalWorld> {
  const { dir, ports, envoy, main, progress } = options
  progress('making keys, certificates and configurations')
  if (!isFree(dir)) throw new StartFailure(`${dir}: is not empty; name another folder`)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  await makeWorld(dir, ports, envoy === undefined ? undefined : readSidecarConfig())
  const world = await loadWorld(dir)
  if (!world.ok) throw new StartFailure(world.error)

  progress('starting the application')
  const upstream = await startUpstream(ports.upstream)
  await started(upstream, () => upstream.stop())

  progress('starting Holdfast')
  const holdfast = await startHoldfast(main, join(dir, HOLDFAST_CONFIG), ports.holdfastAdmin)
  await started(holdfast, () => holdfast.stop())

  const target =
    envoy === undefined
      ? withoutEnvoy(world.value, `127.0.0.1:${ports.holdfast}`)
      : await behindEnvoy(world.value, options, envoy, started)
  await started(target, async () => target.close())
  return { world: world.value, target }
}

function withoutEnvoy(world: World, address: string): Target {
  const link = grpcLink(address)
  if (!link.ok) throw new StartFailure(link.error)
  return directTarget(world, link.value, 'no Envoy found')
}

async function behindEnvoy(
  world: World,
  options: LocalWorldOptions,
  program: string,
  started: Started,
): Promise<Target> {
  options.progress('starting Envoy')
  const { dir, ports } = options
  const envoy = await startEnvoy(program, join(dir, ENVOY_CONFIG), dir)
  await started(envoy, () => envoy.child.stop())
  return envoyTarget(world, new URL(`https://127.0.0.1:${ports.envoy}`))
}
