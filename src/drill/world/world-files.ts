/** The files that all worlds hold, whoever plays in them: keys of the issuer, certificates of the workloads. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Ca, type CertificateWishes, issueCertificate } from '../certificates.ts'
import { newSigningKey } from '../mint.ts'
import { PODS, WORKLOAD_NAMES, type WorkloadName } from './workloads.ts'
import { podName } from './world.ts'

export type Write = (name: string, content: string | Buffer) => void

/** Writes into the folder, which is made where it is missing; each file is for its owner alone. */
export function writeInto(dir: string): Write {
  return (name, content) => {
    const path = join(dir, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, content, { mode: 0o600 })
  }
}

/** Writes `issuer-key.json` and `jwks.json`; resolves to the text of the latter, which is public. */
export async function writeIssuer(write: Write): Promise<string> {
  const { key, jwk } = await newSigningKey('ES256')
  write('issuer-key.json', `${JSON.stringify(jwk, null, 2)}\n`)
  const shown = { ...key.publicJwk, kid: key.thumbprint, alg: key.algorithm, use: 'sig' }
  const jwks = `${JSON.stringify({ keys: [shown] }, null, 2)}\n`
  write('jwks.json', jwks)
  return jwks
}

/** One certificate for each pod, with a key of its own, below `workloads/`. */
export async function writeWorkloads(
  write: Write,
  ca: Ca,
  wishes: (workload: WorkloadName) => CertificateWishes,
): Promise<void> {
  for (const workload of WORKLOAD_NAMES) {
    for (const pod of PODS) {
      await writeCredentials(write, podName(workload, pod), ca, wishes(workload))
    }
  }
}

/** One certificate and its key. */
export async function writeCredentials(write: Write, name: string, ca: Ca, wishes: CertificateWishes): Promise<void> {
  const { certificatePem, keyPem } = await issueCertificate(ca, wishes)
  write(`workloads/${name}.crt`, certificatePem)
  write(`workloads/${name}.key`, keyPem)
}
