import { describe, expect, it } from 'vitest'
import { parseForwardedClientCert } from '../../../../src/check/peer/xfcc.ts'
import { envoyElement } from '../../../support/certificates.ts'
import { der, HASH, ID, PEM, REFUSED, TAKEN } from './xfcc-cases.ts'

describe('parseForwardedClientCert', () => {
  it.each(TAKEN)('$requirement takes $name', ({ values }) => {
    const parsed = parseForwardedClientCert(values)
    expect(parsed.ok && parsed.value.map(({ hash }) => hash)).toEqual([HASH])
  })

  it.each(REFUSED)('$requirement refuses $name', ({ values }) => {
    const parsed = parseForwardedClientCert(values)
    expect(parsed.ok ? undefined : parsed.error.reason).toBe('peer_ambiguous')
  })

  it('D23 gives the elements oldest first, each with all that it says', () => {
    const by = ['spiffe://example.org/gateway', 'spiffe://example.org/gateway-2']
    const first = envoyElement({ der, uris: [ID], dns: ['a', 'b'], by, cert: true, chain: true, subject: 'CN=x' })
    const parsed = parseForwardedClientCert([`${first},${envoyElement({ der })}`])
    expect(parsed.ok && parsed.value).toEqual([
      { by, hash: HASH, certificate: PEM, chain: PEM, uri: ID, dns: ['a', 'b'] },
      { by: [], hash: HASH, certificate: undefined, chain: undefined, uri: '', dns: [] },
    ])
  })

  it('D25 the text of the header never gets into the refusal', () => {
    const details = REFUSED.map(({ values }) => parseForwardedClientCert(values))
    const texts = new Set(details.map((parsed) => (parsed.ok ? '' : parsed.error.detail)))
    expect(texts.size).toBeLessThanOrEqual(3)
  })
})
