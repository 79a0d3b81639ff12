/**
 * Takes the gRPC address for a moment, before any worker starts: what is wrong with it or with the TLS files is then told once,
 * in the words of a server without workers, and room is made for a socket.
 */
import { status } from '@grpc/grpc-js'
import type { Config } from '../../config/schema.ts'
import { startGrpcServer } from '../../transport/grpc-server.ts'
import { listenAddress } from '../listen.ts'
import { readTlsFiles } from '../tls-files.ts'

/** Rejects as startGrpcServer does. */
export async function tryListening({ server }: Config): Promise<void> {
  const trial = await startGrpcServer({
    listen: listenAddress(server.listen),
    tls: await readTlsFiles(server.tls),
    // Whoever comes in this moment is told what it would be told before and after: nobody serves yet.
    check: (_call, callback) => callback({ code: status.UNAVAILABLE }),
    readiness: { ready: () => false, onChange: () => () => undefined },
  })
  await trial.drain(0)
}
