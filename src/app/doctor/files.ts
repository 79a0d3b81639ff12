/** Facts of the files that the configuration names. Their content leaves this file as counts and dates only. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { pathText } from '../../config/fault.ts'
import { type NamedFile, namedFiles } from '../../config/files.ts'
import type { Config } from '../../config/schema.ts'
import type { Secret } from '../../config/secret.ts'
import type { CertificateFileFacts, FileFacts, KeyFileFacts, NonceSecretFacts } from '../../doctor/facts.ts'

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g
const MAX_NAME_CHARACTERS = 80

/** Never rejects. @param configFile absolute */
export async function fileFacts(config: Config, configFile: string): Promise<readonly FileFacts[]> {
  const files = [
    { setting: 'the configuration', path: configFile, secret: false },
    ...namedFiles(config).map(({ path, file }) => ({
      setting: pathText(path),
      path: file,
      secret: path.at(-1) === 'key',
    })),
    ...secretFiles(config),
    ...(config.revocation.file === null
      ? []
      : [{ setting: 'revocation.file', path: config.revocation.file, secret: false }]),
  ]
  return Promise.all(files.map(async (file) => ({ ...file, mode: await modeOf(file.path) })))
}

function secretFiles({ nonce, server, store }: Config): readonly Omit<FileFacts, 'mode'>[] {
  const references = [
    ['nonce.secret', nonce.secret],
    ['server.clientSecret', server.clientSecret],
    ['store.redis.password', store.redis.password],
  ] as const
  return references.flatMap(([setting, reference]) => {
    const path = reference?.startsWith('file:') ? reference.slice('file:'.length) : undefined
    return path === undefined ? [] : [{ setting, path, secret: true }]
  })
}

/** Of the file itself where the path is a symbolic link, as secrets of Kubernetes are. */
async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode,
    () => undefined,
  )
}

/** Undefined: none is configured. */
export function nonceSecretFacts(secret: Secret | undefined): NonceSecretFacts | undefined {
  const bytes = secret?.reveal()
  return bytes && { bytes: bytes.length, differentBytes: new Set(bytes).size }
}

/** Validity of every certificate in the files of the configuration. Never rejects. */
export async function certificateFacts(config: Config): Promise<readonly CertificateFileFacts[]> {
  const files = namedFiles(config).filter(({ path }) => isCertificate(path) || isAuthority(path))
  return Promise.all(
    files.map(async ({ path, file }) => ({
      setting: pathText(path),
      kind: isCertificate(path) ? ('chain' as const) : ('authorities' as const),
      certificates: (await readCertificates(file))?.map((certificate) => ({
        name: nameOf(certificate),
        notBeforeMs: certificate.validFromDate.getTime(),
        notAfterMs: certificate.validToDate.getTime(),
      })),
    })),
  )
}

function isCertificate(path: NamedFile['path']): boolean {
  return path.at(-1) === 'certificate'
}

function isAuthority(path: NamedFile['path']): boolean {
  return path.at(-1) === 'ca' || path.at(-1) === 'clientCa'
}

/** Undefined when one of them cannot be read. */
async function readCertificates(file: string): Promise<readonly X509Certificate[] | undefined> {
  try {
    const text = await readFile(file, 'latin1')
    return (text.match(PEM_CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem))
  } catch {
    return undefined
  }
}

/** The most telling line of its subject; a SPIFFE certificate has none. */
function nameOf({ subject, subjectAltName }: X509Certificate): string {
  const name = subject?.split('\n').at(-1) ?? subjectAltName ?? 'the certificate'
  return name.slice(0, MAX_NAME_CHARACTERS)
}

/** Each private key against the first certificate of the file beside it. Never rejects. */
export async function keyFacts(config: Config): Promise<readonly KeyFileFacts[]> {
  const pairs = [
    { setting: 'server.tls.key', tls: config.server.tls },
    { setting: 'store.redis.tls.key', tls: config.store.redis.tls },
  ]
  const facts = pairs.map(async ({ setting, tls }): Promise<readonly KeyFileFacts[]> => {
    const { certificate = null, key = null } = tls ?? {}
    if (certificate === null || key === null) return []
    return [{ setting, state: await stateOf(key, (await readCertificates(certificate))?.[0]) }]
  })
  return (await Promise.all(facts)).flat()
}

async function stateOf(file: string, certificate: X509Certificate | undefined): Promise<KeyFileFacts['state']> {
  try {
    const key = createPrivateKey(await readFile(file))
    return certificate?.checkPrivateKey(key) === true ? 'belongs' : 'foreign'
  } catch {
    return 'unreadable'
  }
}
