/** TLS of the admin listener: its files, read at the start and again when they change. */
import { watchFile } from '../adapters/files/watched-file.ts'
import type { AdminServer } from '../admin/admin-server.ts'
import type { AdminTls } from '../admin/admin-tls.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from '../observability/logger.ts'
import { describeError } from '../observability/redact.ts'
import { readTlsFiles } from './tls-files.ts'

type TlsConfig = Config['admin']['tls']

/** The files cannot be read, or do not fit together. */
export class AdminTlsError extends Error {
  override readonly name = 'AdminTlsError'
}

/** Undefined: plaintext. Rejects with AdminTlsError. */
export async function readAdminTls(tls: TlsConfig): Promise<AdminTls | undefined> {
  try {
    return await readTlsFiles(tls)
  } catch (error) {
    throw asAdminTlsError(error)
  }
}

/** Whatever is wrong with the files, in words for people. */
export function asAdminTlsError(error: unknown): AdminTlsError {
  return new AdminTlsError(String(describeError(error)['message']))
}

/** Several files are often changed at once. */
const SETTLE_MS = 200

/** Takes up changed files until the returned function is called; faulty ones are told, and those before stand. */
export function keepAdminTlsFresh(admin: Pick<AdminServer, 'updateTls'>, tls: TlsConfig, log: Logger): () => void {
  if (tls === null || admin.updateTls === undefined) return () => undefined
  let timer: NodeJS.Timeout | undefined

  async function takeUp(): Promise<void> {
    try {
      const files = await readTlsFiles(tls)
      if (files !== undefined) admin.updateTls?.(files)
      log.info('TLS files of the admin listener taken up')
    } catch (error) {
      log.error('changed TLS files of the admin listener are not taken up', { error })
    }
  }

  const watches = [tls.certificate, tls.key, tls.clientCa].flatMap((file) => {
    if (file === null) return []
    let first = true
    return watchFile(file, () => {
      // Each watch calls once for what stands at its start; that is what was just read.
      if (!first) {
        clearTimeout(timer)
        timer = setTimeout(() => void takeUp(), SETTLE_MS).unref()
      }
      first = false
    })
  })
  return () => {
    clearTimeout(timer)
    for (const watch of watches) watch.close()
  }
}
