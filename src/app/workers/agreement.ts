/**
 * What all workers must have in common. Each reads the file for itself, also a replacement hours later; but these sections hold
 * from the start to the end of the whole: two workers on two stores would each take a proof once.
 */
import { createHash } from 'node:crypto'
import type { Config } from '../../config/schema.ts'
import type { StartFault } from '../start-fault.ts'

/** Set for each worker by the supervisor. */
export const WORKERS_AGREE_ON = 'HOLDFAST_WORKERS_AGREE_ON'

/** A hash, since the URL of a store may hold a password. */
export function agreementOf({ store, server }: Config): string {
  const { listen, tls } = server
  // Files of TLS may be exchanged while it runs; whether it is asked for may not.
  const shared = [store, listen, tls === null ? 'plaintext' : tls.clientCa === null ? 'tls' : 'mtls']
  return createHash('sha256').update(JSON.stringify(shared)).digest('hex')
}

export const DISAGREEMENT: StartFault = {
  exitCode: 2,
  text: 'holdfast serve: store, server.listen or server.tls was changed since the start, which all workers take up together; restart the whole, or take the change back\n',
}
