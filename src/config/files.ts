/** Looks whether the files that must be there at the start can be read; what is in them is judged by those who use them. */
import type { Fault, Finding } from './fault.ts'
import type { LoadedConfig } from './load.ts'
import { readBounded } from './read-file.ts'
import type { Config } from './schema.ts'

const MAX_BYTES = 4_194_304

/** One fault a file that is missing, unreadable, or empty. Never rejects. */
export async function findFileFaults({ config, place }: Omit<LoadedConfig, 'hash'>): Promise<readonly Fault[]> {
  const findings = await Promise.all(namedFiles(config).map(({ path, file }) => findingOf(path, file)))
  return findings.filter((finding) => finding !== undefined).map(place)
}

export interface NamedFile {
  readonly path: Finding['path']
  readonly file: string
}

/** Certificates, keys and key sets. Not `revocation.file`: the first revocation makes it. */
export function namedFiles(config: Config): readonly NamedFile[] {
  const { redis } = config.store
  return [
    ...(['server', 'admin'] as const).flatMap((listener) =>
      (['certificate', 'key', 'clientCa'] as const).map((name) => ({
        path: [listener, 'tls', name],
        file: config[listener].tls?.[name],
      })),
    ),
    { path: ['store', 'redis', 'tls', 'ca'], file: redis.tls?.ca },
    { path: ['store', 'redis', 'tls', 'certificate'], file: redis.tls?.certificate },
    { path: ['store', 'redis', 'tls', 'key'], file: redis.tls?.key },
    ...config.issuers.map(({ keys }, i) => ({ path: ['issuers', i, 'keys', 'jwksFile'], file: keys.jwksFile })),
  ].flatMap(({ path, file }) => (typeof file === 'string' ? [{ path, file }] : []))
}

async function findingOf(path: Finding['path'], file: string): Promise<Finding | undefined> {
  const read = await readBounded(file, MAX_BYTES)
  if (read.ok && read.bytes.length > 0) return undefined
  const why = read.ok ? 'is empty' : `cannot be read: ${read.error}`
  return { path, message: `the file ${file} ${why}; mend the path, the file or its permissions` }
}
