/** The admin listener of a process: its pages, its console where there is one, and its TLS. */
import { AdminListenError, type AdminServer, type AdminServerOptions, startAdminServer } from '../admin/admin-server.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from '../observability/logger.ts'
import { asAdminTlsError, keepAdminTlsFresh, readAdminTls } from './admin-tls.ts'
import { tcpAddress } from './listen.ts'

export type OperatorPagesShown = Omit<AdminServerOptions, 'listen' | 'tls'>

/** Rejects with AdminListenError, or with AdminTlsError when the TLS files are unusable. */
export async function openOperatorPages(
  pages: OperatorPagesShown,
  { listen, tls }: Config['admin'],
  log: Logger,
): Promise<AdminServer> {
  const files = await readAdminTls(tls)
  const admin = await startAdminServer({ ...pages, listen: tcpAddress(listen), tls: files }).catch((error: unknown) => {
    throw error instanceof AdminListenError ? error : asAdminTlsError(error)
  })
  const stop = keepAdminTlsFresh(admin, tls, log)
  return {
    address: admin.address,
    async close() {
      stop()
      await admin.close()
    },
  }
}
