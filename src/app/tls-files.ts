/** The PEM files of the gRPC listener. */
import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.ts'
import type { TlsFiles } from '../transport/server-tls.ts'

/** Undefined: plaintext. Rejects with the system's own error when a file cannot be read. */
export async function readTlsFiles(tls: Config['server']['tls']): Promise<TlsFiles | undefined> {
  if (tls === null) return undefined
  const [certificate, key, clientCa] = await Promise.all([
    readFile(tls.certificate),
    readFile(tls.key),
    tls.clientCa === null ? undefined : readFile(tls.clientCa),
  ])
  return { certificate, key, clientCa }
}
