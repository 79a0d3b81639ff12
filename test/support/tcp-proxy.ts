/** A proxy between a client and a server on loopback that can lose bytes or connections, as networks do. */
import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Neither side hears of the other any more; new connections are accepted and stay silent. */
  dropPackets(dropping: boolean): void
  /** New connections are closed at once. */
  refuse(refusing: boolean): void
  /** The next answer to a request that holds `marker` is swallowed, and its connection cut; `refuse` from then on or not. */
  cutAnswerTo(marker: string, thenRefuse?: boolean): void
  /** How often that has happened. */
  cuts(): number
  stop(): Promise<void>
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let dropping = false
  let refusing = false
  let refuseAfterCut = false
  let marker: string | undefined
  let cuts = 0

  const server = createServer((client) => {
    if (refusing) {
      client.destroy()
      return
    }
    const upstream = connect(targetPort, '127.0.0.1')
    let doomed = false
    const close = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', close).on('close', () => {
        sockets.delete(socket)
        close()
      })
    }
    client.on('data', (chunk) => {
      if (dropping) return
      if (marker !== undefined && chunk.includes(marker)) {
        marker = undefined
        doomed = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (dropping) return
      if (!doomed) {
        client.write(chunk)
        return
      }
      cuts++
      if (refuseAfterCut) refusing = true
      close()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    dropPackets(now) {
      dropping = now
    },
    refuse(now) {
      refusing = now
    },
    cutAnswerTo(text, thenRefuse = false) {
      marker = text
      refuseAfterCut = thenRefuse
    },
    cuts: () => cuts,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
