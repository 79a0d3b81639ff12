import { describe, expect, it } from 'vitest'
import type { RouteFacts } from '../../../src/doctor/facts.ts'
import { judgePeers, judgeProtections } from '../../../src/doctor/judge-configuration.ts'
import { judgeIssuer } from '../../../src/doctor/judge-issuers.ts'
import { judgeRunning } from '../../../src/doctor/judge-running.ts'

const ROUTE: RouteFacts = {
  name: 'r',
  mode: 'enforce',
  binding: { anyOf: ['dpop', 'certificate'] },
  issuers: null,
  require: { peers: [] },
}
const PEERS = { trustDomains: ['example.org'], forwardedClientCert: { from: 'none', trustedHops: 0 } } as const
const HOLDERS = [{ issuer: 'i', trustDomain: 'cluster.local' }]

describe('protections', () => {
  it('each weakening and each lax route is a warning of its own', () => {
    const routes: RouteFacts[] = [ROUTE, { ...ROUTE, name: 'o', mode: 'observe' }, { ...ROUTE, name: 'x', mode: 'off' }]
    const told = judgeProtections(routes, ['a', 'b']).map(({ id, status, subject }) => [id, status, subject])
    expect(told).toEqual([
      ['insecure-setting', 'warning', 'a'],
      ['insecure-setting', 'warning', 'b'],
      ['route-mode', 'warning', 'o'],
      ['route-mode', 'warning', 'x'],
    ])
    expect(judgeProtections([ROUTE], []).map(({ status }) => status)).toEqual(['ok', 'ok'])
  })
})

describe('peers', () => {
  const evidence = (route: Partial<RouteFacts>, from: 'none' | 'envoy' = 'none') =>
    judgePeers([{ ...ROUTE, ...route }], [], { ...PEERS, forwardedClientCert: { from, trustedHops: 1 } })[0]

  it.each([
    ['DPoP alone is enough', {}, 'ok'],
    ['a certificate or nothing', { binding: { anyOf: ['certificate', 'workload'] } }, 'unknown'],
    ['a certificate with all else', { binding: { allOf: ['dpop', 'certificate'] } }, 'unknown'],
    ['named callers', { require: { peers: ['spiffe://example.org/a'] } }, 'unknown'],
    ['named callers where the route is off', { require: { peers: ['spiffe://example.org/a'] }, mode: 'off' }, 'ok'],
  ] as const)('%s: %s', (_, route, status) => {
    expect(evidence(route)?.status).toBe(status)
  })

  it('says where the certificate has to come from', () => {
    const binding = { allOf: ['certificate'] }
    expect(evidence({ binding })?.mend).toContain('include_peer_certificate')
    expect(evidence({ binding }, 'envoy')?.seen).toContain('1 trusted hop')
  })

  it('holders of a trust domain that is not believed, on routes that bind to them and take the issuer', () => {
    const workload = { ...ROUTE, binding: { anyOf: ['dpop', 'workload'] } }
    const statuses = (route: RouteFacts, trustDomains: readonly string[] = ['example.org']) =>
      judgePeers([route], HOLDERS, { ...PEERS, trustDomains }).map(({ status }) => status)
    expect(statuses(workload)).toEqual(['ok', 'warning'])
    expect(statuses(workload, ['cluster.local'])).toEqual(['ok', 'ok'])
    expect(statuses({ ...workload, issuers: ['other'] })).toEqual(['ok', 'ok'])
    expect(statuses(ROUTE)).toEqual(['ok', 'ok'])
    expect(judgePeers([workload], [{ issuer: 'i', trustDomain: undefined }], PEERS)[1]?.status).toBe('ok')
  })
})

describe('issuers and the running server', () => {
  const facts = {
    issuer: 'i',
    setting: 'issuers[0].keys.jwksUri',
    trouble: undefined,
    unreachable: false,
    keys: 1,
    leftOut: ['k2: use is not sig'],
    servedAlgorithms: ['ES256'],
    unservedAlgorithms: [],
  }

  it('keys that are left out are named, algorithms without a key are a warning', () => {
    const [keys, algorithms] = judgeIssuer({ ...facts, unservedAlgorithms: ['PS256'] })
    expect(keys).toMatchObject({ status: 'ok', seen: '1 usable key; not used: k2: use is not sig' })
    expect(algorithms).toMatchObject({ status: 'warning', mend: 'algorithms: [ES256]' })
    expect(judgeIssuer(facts)[1]?.status).toBe('ok')
  })

  it('no set: unreachable only where it could not be had', () => {
    const lost = judgeIssuer({ ...facts, trouble: 't', unreachable: true })
    expect(lost).toMatchObject([{ status: 'failed', unreachable: true }])
    expect(judgeIssuer({ ...facts, trouble: 't' })).toMatchObject([{ status: 'failed', unreachable: false }])
  })

  it('a component that is not ready failed; nobody at all is unknown', () => {
    const component = (ready: boolean) => ({ name: 'replay_store', ready, detail: 'd' })
    const answers = { kind: 'answers', address: 'a', components: [component(true), component(false)] } as const
    expect(judgeRunning(answers).map(({ status }) => status)).toEqual(['ok', 'ok', 'failed'])
    const kept = (detail: string) => ({ name: 'ledger', ready: true, detail })
    const keeping = { ...answers, components: [kept('written'), kept('the store does not answer')] }
    expect(judgeRunning(keeping).map(({ status }) => status)).toEqual(['ok', 'ok', 'warning'])
    for (const kind of ['silent', 'foreign'] as const) {
      expect(judgeRunning({ kind, address: 'a' }).map(({ status }) => status)).toEqual(['unknown'])
    }
  })
})
