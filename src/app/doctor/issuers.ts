/** The key sets of the issuers, read once and in the way in which the server reads them. */
import { fetchJwks } from '../../adapters/jwks/fetch-jwks.ts'
import { KEY_TIMES } from '../../adapters/jwks/key-source.ts'
import { MAX_JWKS_BYTES, parseJwks } from '../../adapters/jwks/parse-jwks.ts'
import { keyFits } from '../../check/token/token-algorithms.ts'
import { readBounded } from '../../config/read-file.ts'
import type { IssuerConfig } from '../../config/schema.ts'
import type { IssuerFacts } from '../../doctor/facts.ts'

/** Never rejects. @param index of the issuer in the configuration */
export async function issuerFacts(config: IssuerConfig, index: number): Promise<IssuerFacts> {
  const { issuer, keys, algorithms } = config
  const setting = `issuers[${index}].keys.${keys.jwksFile === undefined ? 'jwksUri' : 'jwksFile'}`
  const read = keys.jwksFile === undefined ? await fetchSet(config) : await readSet(keys.jwksFile)
  const nothing = { issuer, setting, keys: 0, leftOut: [], servedAlgorithms: [], unservedAlgorithms: [] }
  if (!read.ok) return { ...nothing, trouble: read.error, unreachable: keys.jwksFile === undefined }
  const parsed = parseJwks(read.bytes, issuer, new Set<string>(algorithms))
  const leftOut = parsed.leftOut.map(({ kid, why }) => (kid === '' ? why : `${kid}: ${why}`))
  if (!parsed.keys.ok) return { ...nothing, leftOut, trouble: parsed.keys.error, unreachable: false }
  const usable = parsed.keys.value
  const isServed = (algorithm: string): boolean => usable.some((key) => keyFits(key, algorithm))
  return {
    issuer,
    setting,
    trouble: undefined,
    unreachable: false,
    keys: usable.length,
    leftOut,
    servedAlgorithms: algorithms.filter(isServed),
    unservedAlgorithms: algorithms.filter((algorithm) => !isServed(algorithm)),
  }
}

type SetRead = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: string }

async function fetchSet({ issuer, keys, algorithms }: IssuerConfig): Promise<SetRead> {
  const source = { issuer, algorithms: new Set<string>(algorithms), kind: 'uri' as const }
  const fetched = await fetchJwks(
    { ...source, url: keys.jwksUri ?? '', insecureHttp: keys.insecureHttp },
    { fetch, timeoutMs: KEY_TIMES.fetchTimeoutMs, signal: new AbortController().signal },
  )
  return fetched.ok ? { ok: true, bytes: fetched.value } : fetched
}

async function readSet(file: string): Promise<SetRead> {
  const read = await readBounded(file, MAX_JWKS_BYTES)
  return read.ok ? read : { ok: false, error: `the file cannot be read: ${read.error}` }
}
