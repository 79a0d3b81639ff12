/** TLS of the gRPC server, replaceable while it runs: new connections take the new files, open ones keep theirs. */
import { createSecureContext } from 'node:tls'
import { experimental, type ServerCredentials } from '@grpc/grpc-js'

/** PEM. With `clientCa` a client must show a certificate of that authority. */
export interface TlsFiles {
  readonly certificate: Buffer
  readonly key: Buffer
  readonly clientCa: Buffer | undefined
}

export interface ServerTls {
  readonly credentials: ServerCredentials
  /**
   * Throws when the files do not fit together, and keeps the old ones; also when `clientCa` comes or goes, which only a
   * new server can follow: a listener would go on without asking for client certificates.
   */
  update(files: TlsFiles): void
}

/** Throws when certificate, key and authority cannot be used together. */
export function makeServerTls(initial: TlsFiles): ServerTls {
  createContext(initial)
  const provider = new CurrentFiles(initial)
  const asksClients = initial.clientCa !== undefined
  // grpc-js takes the server's own certificate first, whatever its parameter names say.
  const credentials = experimental.createCertificateProviderServerCredentials(
    provider,
    asksClients ? provider : null,
    asksClients,
  )
  return {
    credentials,
    update(files) {
      if ((files.clientCa !== undefined) !== asksClients) {
        throw new Error('server.tls.clientCa cannot be added or taken away without a restart')
      }
      createContext(files)
      provider.replace(files)
    },
  }
}

function createContext({ certificate, key, clientCa }: TlsFiles): void {
  createSecureContext({ cert: certificate, key, ...(clientCa === undefined ? {} : { ca: clientCa }) })
}

type CaListener = Parameters<experimental.CertificateProvider['addCaCertificateListener']>[0]
type IdentityListener = Parameters<experimental.CertificateProvider['addIdentityCertificateListener']>[0]

/**
 * The source of certificates that grpc-js listens to. A new listener is told in a microtask: grpc-js subscribes before it has
 * a server to hand the answer to, and an answer at once would be lost.
 */
class CurrentFiles implements experimental.CertificateProvider {
  #files: TlsFiles
  readonly #caListeners = new Set<CaListener>()
  readonly #identityListeners = new Set<IdentityListener>()

  constructor(files: TlsFiles) {
    this.#files = files
  }

  replace(files: TlsFiles): void {
    this.#files = files
    for (const listener of this.#caListeners) this.#tellCa(listener)
    for (const listener of this.#identityListeners) this.#tellIdentity(listener)
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener)
    queueMicrotask(() => this.#tellCa(listener))
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener)
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener)
    queueMicrotask(() => this.#tellIdentity(listener))
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener)
  }

  #tellCa(listener: CaListener): void {
    const { clientCa } = this.#files
    listener(clientCa === undefined ? null : { caCertificate: clientCa })
  }

  #tellIdentity(listener: IdentityListener): void {
    const { certificate, key } = this.#files
    listener({ certificate, privateKey: key })
  }
}
