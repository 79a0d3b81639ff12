/** One revocation against one request: its times, its issuer, and which of two entries makes the other needless. */
import type { Revocation, RevocationKind, RevocationQuery } from './revocation.ts'

/**
 * What `issuedBeforeSeconds` is held against. `token`: iat. `certificate`: notBefore, since a new token that is bound to a
 * cut-off certificate must stay refused. `either`: a workload that was cut off neither goes on with an old token under a
 * new certificate, nor with a new token under an old certificate.
 */
const TIMED_BY = {
  token: 'token',
  session: 'token',
  subject: 'token',
  client: 'token',
  key: 'token',
  certificate: 'certificate',
  workload: 'either',
  'trust-domain': 'either',
  issuer: 'token',
} as const satisfies Record<RevocationKind, 'token' | 'certificate' | 'either'>

/** Whether an entry whose value the request shows applies to it now. */
export function applies(entry: Revocation, query: RevocationQuery, nowSeconds: number): boolean {
  if (endOf(entry) <= nowSeconds) return false
  if (entry.issuer !== undefined && entry.issuer !== query.issuer) return false
  const { issuedAtSeconds: iat, certificateNotBeforeSeconds: notBefore } = query
  const oldToken = iat === undefined || iat <= entry.issuedBeforeSeconds
  switch (TIMED_BY[entry.kind]) {
    case 'token':
      return oldToken
    case 'certificate':
      return notBefore === undefined || notBefore <= entry.issuedBeforeSeconds
    case 'either':
      return oldToken || (notBefore !== undefined && notBefore <= entry.issuedBeforeSeconds)
  }
}

/** Whether `other`, of the same kind and value, can never apply where `one` does not. */
export function covers(one: Revocation, other: Revocation): boolean {
  return (
    one.issuer === other.issuer && one.issuedBeforeSeconds >= other.issuedBeforeSeconds && endOf(one) >= endOf(other)
  )
}

/** When it ends, in seconds since the epoch; Infinity for never. */
export function endOf(entry: Revocation): number {
  return entry.expiresAtSeconds ?? Number.POSITIVE_INFINITY
}
