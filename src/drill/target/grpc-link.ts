/**
 * How the drill reaches Holdfast's gRPC listener: address, TLS, and the secret that each Check must carry. Several connections,
 * since a Service of Kubernetes deals out connections and not calls: what one replica has seen is then tried at another.
 */
import { X509Certificate } from 'node:crypto'
import { type ChannelCredentials, Client, credentials, Metadata } from '@grpc/grpc-js'
import { ok, type Result } from '../../check/result.ts'
import type { Secret } from '../../config/secret.ts'
import { CLIENT_SECRET_KEY } from '../../transport/client-secret.ts'

export interface LinkTls {
  readonly caPem: Buffer
  /** Where Holdfast demands one (mTLS). */
  readonly client?: { readonly certificatePem: Buffer; readonly keyPem: Buffer } | undefined
  /** The name that the certificate must have, where it is not that of the address. */
  readonly serverName?: string | undefined
}

export interface GrpcLink {
  readonly address: string
  /** The next connection in turn. */
  next(): Client
  /** What each Check carries. */
  readonly metadata: Metadata
  /** What may be the matter when there is no answer. */
  readonly mend: string
  close(): void
}

const CONNECTIONS = 4
const PLAIN_MEND =
  'see that Holdfast listens there and that no NetworkPolicy keeps the drill out; where it has server.tls, name --tls-ca'
const TLS_MEND =
  'see that --tls-ca is the authority of its certificate, that the certificate has this name (else --tls-name), and, ' +
  'where it demands one (server.tls.clientCa), that --tls-certificate is of that authority'

/** `address` as gRPC names it. The error says which files do not fit; nothing is connected yet. */
export function grpcLink(address: string, tls?: LinkTls, secret?: Secret): Result<GrpcLink, string> {
  const made = channelCredentials(tls)
  if (!made.ok) return made
  const options = {
    'grpc.use_local_subchannel_pool': 1,
    ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
  }
  const clients = Array.from({ length: CONNECTIONS }, () => new Client(address, made.value, options))
  const metadata = new Metadata()
  if (secret !== undefined) metadata.set(CLIENT_SECRET_KEY, secret.reveal().toString())
  let turn = 0
  return ok({
    address,
    next: () => clients[turn++ % CONNECTIONS] as Client,
    metadata,
    mend: tls === undefined ? PLAIN_MEND : TLS_MEND,
    close: () => {
      for (const client of clients) client.close()
    },
  })
}

function channelCredentials(tls: LinkTls | undefined): Result<ChannelCredentials, string> {
  if (tls === undefined) return ok(credentials.createInsecure())
  const { caPem, client } = tls
  try {
    // OpenSSL takes a file without any certificate for an empty list: nothing would be trusted, and nothing said.
    new X509Certificate(caPem)
    return ok(credentials.createSsl(caPem, client?.keyPem ?? null, client?.certificatePem ?? null))
  } catch {
    return { ok: false, error: '--tls-ca, --tls-certificate, --tls-key: are no PEM files that fit together' }
  }
}
