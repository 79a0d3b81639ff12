/** Ports on loopback for what the drill starts. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

export interface Ports {
  readonly envoy: number
  readonly envoyAdmin: number
  readonly holdfast: number
  readonly holdfastAdmin: number
  readonly upstream: number
}

/** Where `make up` stands as long as nobody else does. */
export const USUAL_PORTS: Ports = {
  envoy: 10443,
  envoyAdmin: 9902,
  holdfast: 9191,
  holdfastAdmin: 9901,
  upstream: 10080,
}

/**
 * Below the range from which Linux takes the ports of outgoing connections (32768 on): between our look at a port and the moment
 * when a server listens on it, no connection must get it. Never the same twice from one process.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 100
const given = new Set<number>()

/** Ports that are free now. */
export async function freePorts(): Promise<Ports> {
  return choosePorts(() => undefined)
}

/** The usual ports, each replaced by a free one where it is taken. */
export async function usualOrFreePorts(): Promise<Ports> {
  return choosePorts((name) => USUAL_PORTS[name])
}

async function choosePorts(wish: (name: keyof Ports) => number | undefined): Promise<Ports> {
  const held: Held[] = []
  const chosen: Partial<Record<keyof Ports, number>> = {}
  for (const name of Object.keys(USUAL_PORTS) as (keyof Ports)[]) {
    const wished = wish(name)
    const one = (wished === undefined ? undefined : await hold(wished)) ?? (await holdAny())
    held.push(one)
    chosen[name] = one.port
  }
  await Promise.all(held.map((one) => one.release()))
  return chosen as Ports
}

/** One free port. */
export async function freePort(): Promise<number> {
  const one = await holdAny()
  await one.release()
  return one.port
}

interface Held {
  readonly port: number
  release(): Promise<void>
}

async function holdAny(): Promise<Held> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    const one = given.has(port) ? undefined : await hold(port)
    if (one === undefined) continue
    given.add(port)
    return one
  }
  throw new Error('no free port on loopback')
}

function hold(port: number): Promise<Held | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      resolve({ port, release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}
