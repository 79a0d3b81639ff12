/**
 * TLS of the admin listener. A client certificate is asked for and not demanded: probes and scrapers have none, and what they
 * read stays open to them; only the console looks whether one was shown (console-guard.ts).
 */
import { constants } from 'node:crypto'
import type { TlsOptions } from 'node:tls'

/** PEM. `clientCa`: its certificates open the console. */
export interface AdminTls {
  readonly certificate: Buffer
  readonly key: Buffer
  readonly clientCa: Buffer | undefined
}

export function tlsOptions({ certificate, key, clientCa }: AdminTls): TlsOptions {
  return {
    cert: certificate,
    key,
    // No session is resumed: each connection shows its certificate anew, to the authority that counts now.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  }
}
