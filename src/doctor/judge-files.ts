/** Files that the configuration names: who may read and write them, the nonce secret, certificates and their keys. */
import type { CertificateFileFacts, FileFacts, KeyFileFacts, NonceSecretFacts, Validity } from './facts.ts'
import { at, counted, type Finding, failed, good, type Judgement, listed, warning } from './finding.ts'

const OTHERS_READ = 0o004
const OTHERS_WRITE = 0o002
const DAY_MS = 86_400_000
const SOON_MS = 14 * DAY_MS
/** Of the lifetime: workload certificates live for an hour and are renewed in its middle. */
const LAST_PART = 1 / 4
/** 32 random bytes, and also 64 random hex digits, have more different ones but once in billions of times. */
const FEWEST_DIFFERENT_BYTES = 8

/** Files that others can write fail, secrets that others can read are warnings; one finding a file. */
export function judgePermissions(files: readonly FileFacts[]): readonly Finding[] {
  const findings = files.flatMap(({ setting, path, secret, mode = 0 }) => {
    if ((mode & OTHERS_WRITE) !== 0) {
      return [at('file-permissions', setting, failed(`any user of the host can write ${path}`, `chmod o-w ${path}`))]
    }
    if (!secret || (mode & OTHERS_READ) === 0) return []
    return [at('file-permissions', setting, warning(`any user of the host can read ${path}`, `chmod o-rwx ${path}`))]
  })
  if (findings.length > 0) return findings
  return [at('file-permissions', undefined, good(`${counted(files.length, 'file')}, each for those who need it`))]
}

/** Fails when it cannot be random. Undefined: none is configured. One that is shorter than 32 bytes is a fault of the configuration, told before. */
export function judgeNonceSecret(secret: NonceSecretFacts | undefined): Finding {
  if (secret === undefined) {
    return at('nonce-secret', undefined, good('none: a random one is made at each start'))
  }
  const { bytes, differentBytes } = secret
  if (differentBytes < FEWEST_DIFFERENT_BYTES) {
    const seen = `${bytes} bytes, of which only ${differentBytes} differ: not random`
    return at('nonce-secret', undefined, failed(seen, 'make one with openssl rand -hex 32, the same on all replicas'))
  }
  return at('nonce-secret', undefined, good(`${bytes} bytes`))
}

/** One finding a file: a chain is as good as its worst, authorities as long as one is good. */
export function judgeCertificates(files: readonly CertificateFileFacts[], nowMs: number): readonly Finding[] {
  return files.map((file) => at('tls-certificate', file.setting, judgeCertificateFile(file, nowMs)))
}

function judgeCertificateFile({ kind, certificates }: CertificateFileFacts, nowMs: number): Judgement {
  if (certificates === undefined) return failed('is no PEM file that can be read', 'write a PEM file')
  const [first, ...others] = certificates.map((certificate) => judgeValidity(certificate, nowMs))
  if (first === undefined) return failed('holds no certificate', 'write a PEM file with CERTIFICATE blocks')
  const bad = [first, ...others].filter(({ status }) => status !== 'ok')
  const [worst] = [...bad].sort((one, other) => rank(other) - rank(one))
  if (worst === undefined) return others.length === 0 ? first : good(`${certificates.length} certificates are good`)
  // One root of a bundle may end while others go on.
  if (kind === 'authorities' && bad.length < certificates.length) return { ...worst, status: 'warning' }
  return worst
}

function rank({ status }: Judgement): number {
  return status === 'failed' ? 1 : 0
}

/** Expired or not begun: failed. A warning in the last 14 days, or in the last quarter where that is shorter. */
export function judgeValidity({ name, notBeforeMs, notAfterMs }: Validity, nowMs: number): Judgement {
  const until = new Date(notAfterMs).toISOString()
  const mend = 'renew it'
  if (nowMs > notAfterMs) return failed(`${name} expired on ${until}`, mend)
  if (nowMs < notBeforeMs) {
    return failed(
      `${name} is good only from ${new Date(notBeforeMs).toISOString()}`,
      'mend the clock, or issue it anew',
    )
  }
  const leftMs = notAfterMs - nowMs
  const soonMs = Math.min(SOON_MS, (notAfterMs - notBeforeMs) * LAST_PART)
  if (leftMs < soonMs) return warning(`${name} expires on ${until}, in ${remaining(leftMs)}`, mend)
  return good(`${name} is good until ${until}`)
}

function remaining(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  return days > 0 ? counted(days, 'day') : counted(Math.floor(ms / 60_000), 'minute')
}

/** Keys that do not belong to the certificate beside them fail; nothing without any. */
export function judgeKeys(keys: readonly KeyFileFacts[]): readonly Finding[] {
  const wrong = keys.filter(({ state }) => state !== 'belongs')
  if (wrong.length > 0) {
    return wrong.map(({ setting, state }) => {
      const seen =
        state === 'foreign' ? 'is not the key of the certificate beside it' : 'is no private key without a passphrase'
      return at('tls-key', setting, failed(seen, 'put the key there that the certificate was issued for, as PEM'))
    })
  }
  if (keys.length === 0) return []
  return [at('tls-key', undefined, good(`${listed(keys.map(({ setting }) => setting))}: of the certificate beside it`))]
}
