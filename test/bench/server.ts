/** `holdfast serve` as a child process, and how long it takes to be ready. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Client, credentials } from '@grpc/grpc-js'
import { build } from '../../scripts/build.ts'
import { HEALTH_CHECK } from '../support/envoy-messages.ts'
import { freePort } from '../support/ports.ts'
import { type Child, startChild } from './child.ts'
import { makeWorld, type World } from './world.ts'

export interface Started {
  readonly child: Child
  readonly world: World
  readonly address: string
  /** One metric of one label set, or of none: the sum over what it names; 0 where there is none. */
  metric(name: string): Promise<number>
  /** From the start of the process to /readyz 200, and to SERVING by gRPC health. */
  readonly readyMs: number
  readonly servingMs: number
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly fromSource: boolean
  readonly nodeFlags: readonly string[]
  readonly maxProofAgeSeconds?: number
  readonly redisUrl?: string
  readonly revocations?: number
  readonly ledger?: boolean
}

/** A million revocations are read before a server is ready. */
const READY_LIMIT_MS = 60_000
const POLL_MS = 5

/** The built server (built first where dist/ is missing), or the sources. */
export async function startServer({ fromSource, nodeFlags, ...wishes }: ServerOptions): Promise<Started> {
  const file = pathOf(fromSource ? '../../src/main.ts' : '../../dist/main.js')
  if (!existsSync(file) && !build()) throw new Error('the build failed')
  const [port, adminPort] = [await freePort(), await freePort()]
  const world = await makeWorld({ port, adminPort, ...wishes })
  const startMs = performance.now()
  const child = startChild([...nodeFlags, file, 'serve', '--config', world.configPath], false)
  await until(async () => (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok, startMs)
  const readyMs = performance.now() - startMs
  const address = `127.0.0.1:${port}`
  await until(() => isServing(address), startMs)
  return {
    child,
    world,
    address,
    readyMs,
    servingMs: performance.now() - startMs,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
      const values = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
    },
    async stop() {
      await child.stop()
      await rm(world.folder, { recursive: true })
    },
  }
}

async function until(holds: () => Promise<boolean>, startMs: number): Promise<void> {
  while (!(await holds().catch(() => false))) {
    if (performance.now() - startMs > READY_LIMIT_MS) throw new Error('the server is not ready')
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function isServing(address: string): Promise<boolean> {
  const client = new Client(address, credentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = HEALTH_CHECK
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (_error, answer) => {
      client.close()
      resolve((answer as { status?: number } | undefined)?.status === 1)
    })
  })
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
