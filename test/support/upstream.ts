/** The application behind Envoy, on a port of its own: echoes as JSON what it was sent. */
import { startUpstream as start } from '../../src/drill/world/upstream.ts'
import { freePort } from './ports.ts'

export async function startUpstream(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort()
  const { stop } = await start(port)
  return { port, stop }
}
