/** Ports on loopback for what the drill starts. */
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

/** Ports that are free now. All are held until the last is found, so that no two are the same. */
export async function freePorts(): Promise<Ports> {
  return choosePorts(() => 0)
}

/** The usual ports, each replaced by a free one where it is taken. */
export async function usualOrFreePorts(): Promise<Ports> {
  return choosePorts((name) => USUAL_PORTS[name])
}

async function choosePorts(wish: (name: keyof Ports) => number): Promise<Ports> {
  const held: { port: number; release(): Promise<void> }[] = []
  const chosen: Partial<Record<keyof Ports, number>> = {}
  for (const name of Object.keys(USUAL_PORTS) as (keyof Ports)[]) {
    const one = (await hold(wish(name))) ?? (await hold(0))
    if (one === undefined) throw new Error('no free port on loopback')
    held.push(one)
    chosen[name] = one.port
  }
  await Promise.all(held.map((one) => one.release()))
  return chosen as Ports
}

/** One free port. */
export async function freePort(): Promise<number> {
  const one = await hold(0)
  if (one === undefined) throw new Error('no free port on loopback')
  await one.release()
  return one.port
}

function hold(port: number): Promise<{ port: number; release(): Promise<void> } | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const actual = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ port: actual, release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}
