/** How long a start takes, from exec to /readyz 200 and to SERVING: the median of a few. */
import { READY_STARTS } from './constants.ts'
import { type ServerOptions, startServer } from './server.ts'
import { median } from './summary.ts'

export interface ReadyTimes {
  readonly readyMs: number
  readonly servingMs: number
}

export async function measureReady(options: ServerOptions): Promise<ReadyTimes> {
  const starts: ReadyTimes[] = []
  for (let i = 0; i < READY_STARTS; i++) {
    const server = await startServer(options)
    starts.push({ readyMs: server.readyMs, servingMs: server.servingMs })
    await server.stop()
  }
  return {
    readyMs: median(starts.map(({ readyMs }) => readyMs)),
    servingMs: median(starts.map(({ servingMs }) => servingMs)),
  }
}
