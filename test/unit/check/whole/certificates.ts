/** The certificates of the whole-check tests: honest and hostile ones of one CA. */
import { type IssuedCertificate, issueCertificate, makeCa } from '../../../../src/drill/certificates.ts'
import { PAYMENTS_ID } from '../../../support/request.ts'

export interface Certificates {
  readonly payments: IssuedCertificate
  /** Another certificate of the same workload. */
  readonly renewed: IssuedCertificate
  readonly reports: IssuedCertificate
  readonly gateway: IssuedCertificate
  readonly foreign: IssuedCertificate
  readonly twoIds: IssuedCertificate
  readonly authority: IssuedCertificate
  /** No URI SAN; a DNS SAN spells the SPIFFE ID of payments. */
  readonly spelled: IssuedCertificate
}

export async function makeCertificates(): Promise<Certificates> {
  const ca = await makeCa('test')
  const id = (spiffeId: string) => issueCertificate(ca, { spiffeId })
  return {
    payments: await id(PAYMENTS_ID),
    renewed: await id(PAYMENTS_ID),
    reports: await id('spiffe://example.org/ns/shop/sa/reports'),
    gateway: await id('spiffe://example.org/ns/edge/sa/gateway'),
    foreign: await id('spiffe://evil.example/ns/shop/sa/payments'),
    twoIds: await issueCertificate(ca, { spiffeId: PAYMENTS_ID, uris: ['spiffe://example.org/ns/shop/sa/reports'] }),
    authority: await issueCertificate(ca, { spiffeId: PAYMENTS_ID, ca: true, keyUsages: ['keyCertSign', 'cRLSign'] }),
    spelled: await issueCertificate(ca, { dns: [PAYMENTS_ID] }),
  }
}
