/** The times of one revocation against those of one request. */
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

/** Whether the request is as old as an entry asks. Where one moment is not enough, no earlier one is: the index relies on it. */
export function isOldEnough(kind: RevocationKind, issuedBeforeSeconds: number, query: RevocationQuery): boolean {
  const { issuedAtSeconds: iat, certificateNotBeforeSeconds: notBefore } = query
  const oldToken = iat === undefined || iat <= issuedBeforeSeconds
  switch (TIMED_BY[kind]) {
    case 'token':
      return oldToken
    case 'certificate':
      return notBefore === undefined || notBefore <= issuedBeforeSeconds
    case 'either':
      return oldToken || (notBefore !== undefined && notBefore <= issuedBeforeSeconds)
  }
}

/** When it ends, in seconds since the epoch; Infinity for never. */
export function endOf(entry: Revocation): number {
  return entry.expiresAtSeconds ?? Number.POSITIVE_INFINITY
}
