/** All that the doctor looks at: facts by app and adapters, judged by doctor/. */
import { insecureSettings } from '../../config/insecure.ts'
import type { Config } from '../../config/schema.ts'
import type { Secrets } from '../../config/secrets.ts'
import { at, counted, type Finding, good } from '../../doctor/finding.ts'
import { judgePeers, judgeProtections } from '../../doctor/judge-configuration.ts'
import { judgeCertificates, judgeKeys, judgeNonceSecret, judgePermissions } from '../../doctor/judge-files.ts'
import { judgeIssuer } from '../../doctor/judge-issuers.ts'
import { judgeRunning } from '../../doctor/judge-running.ts'
import { certificateFacts, fileFacts, keyFacts, nonceSecretFacts } from './files.ts'
import { issuerFacts } from './issuers.ts'
import { runningFacts } from './running.ts'
import { examineStore } from './store.ts'

export interface Installation {
  readonly config: Config
  readonly secrets: Secrets
  /** Absolute. */
  readonly configFile: string
}

/** Writes nothing, anywhere. The configuration and its files were found free of faults before. */
export async function examine({ config, secrets, configFile }: Installation): Promise<readonly Finding[]> {
  // First, and alone: it measures times.
  const store = await examineStore(config, secrets)
  const [files, certificates, keys, issuers, running] = await Promise.all([
    fileFacts(config, configFile),
    certificateFacts(config),
    keyFacts(config),
    Promise.all(config.issuers.map(issuerFacts)),
    runningFacts(config.admin),
  ])
  const holders = config.issuers.map(({ issuer, holder }) => ({ issuer, trustDomain: holder.kubernetes?.trustDomain }))
  const size = `${counted(config.routes.length, 'route')}, ${counted(config.issuers.length, 'issuer')}`
  return [
    at('config-valid', undefined, good(size)),
    ...judgeProtections(config.routes, insecureSettings(config)),
    ...judgePermissions(files),
    judgeNonceSecret(nonceSecretFacts(secrets.nonce)),
    ...judgeCertificates(certificates, Date.now()),
    ...judgeKeys(keys),
    ...store,
    ...issuers.flatMap(judgeIssuer),
    ...judgePeers(config.routes, holders, config.peers),
    ...judgeRunning(running),
  ]
}
