/** The sources an engine reads from: key sets of the issuers, and the revocation list. Both tell log and metrics how they fare. */
import { type FileRevocationList, openFileRevocations } from '../adapters/files/file-revocation-list.ts'
import { watchFile } from '../adapters/files/watched-file.ts'
import { type JwksIssuerKeys, makeIssuerKeys } from '../adapters/jwks/issuer-keys.ts'
import type { KeySource } from '../adapters/jwks/key-source.ts'
import type { Config } from '../config/schema.ts'
import type { Outside } from './outside.ts'

export function openKeys(issuers: Config['issuers'], { log, metrics }: Outside): JwksIssuerKeys {
  return makeIssuerKeys(issuers.map(keySource), {
    nowMs: () => performance.now(),
    watch: watchFile,
    log,
    events: { refreshed: (issuer, outcome) => metrics.issuerKeysRefreshed(issuer, outcome) },
  })
}

function keySource({ issuer, keys, algorithms }: Config['issuers'][number]): KeySource {
  const base = { issuer, algorithms: new Set<string>(algorithms) }
  if (keys.jwksFile !== undefined) return { ...base, kind: 'file', path: keys.jwksFile }
  return { ...base, kind: 'uri', url: keys.jwksUri ?? '', insecureHttp: keys.insecureHttp }
}

/** Undefined where the configuration names no file. Until its `start` has read the file nothing can be shown to be clear. */
export function openRevocations(
  file: string | null,
  { clock, log, revocationTally }: Outside,
): FileRevocationList | undefined {
  if (file === null) return undefined
  return openFileRevocations(file, {
    clock,
    events: {
      applied({ counts, refusedEntries, newestAgeMs }) {
        revocationTally.applied('file', counts, newestAgeMs)
        log.info('revocation list applied', {
          file,
          entries: [...counts.values()].reduce((sum, count) => sum + count, 0),
          refused_entries: refusedEntries,
        })
      },
      entryRefused: (entry) => log.warn('revocation list: an entry has no effect', { file, ...entry }),
      failed: (problem) => log.error('revocation list: not applied, what stood before stands', { file, problem }),
    },
  })
}
