/** Settings of Envoy that hide something from Holdfast, or let more come than usual: what is missing or too much is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IssuedCertificate, issueCertificate } from '../../src/drill/certificates.ts'
import { errorOf, sendHonest } from '../support/honest.ts'
import { type Lab, type ListenerWish, type Node, startLab } from '../support/lab.ts'
import { type Holder, makeHolder, nowSeconds, routeOf } from '../support/parties.ts'
import { fieldsOf, type Received, sendRaw, type Where } from '../support/raw-http.ts'
import { until } from '../support/running-holdfast.ts'

const SPIFFE_ID = 'spiffe://example.org/client'
const MEGABYTE = 1_048_576

const hiding =
  (name: string) =>
  (authz: Node): void => {
    authz['allowed_headers'].patterns = authz['allowed_headers'].patterns.filter((one: Node) => one['exact'] !== name)
  }

const LISTENERS: readonly ListenerWish[] = [
  { name: 'usual' },
  { name: 'hides-dpop', authz: hiding('dpop') },
  { name: 'hides-authorization', authz: hiding('authorization') },
  { name: 'hides-xfcc', tls: 'server', authz: hiding('x-forwarded-client-cert') },
  {
    name: 'no-certificate',
    tls: 'server',
    authz: (authz) => {
      authz['include_peer_certificate'] = false
    },
    manager: (manager) => {
      manager['forward_client_cert_details'] = 'SANITIZE'
    },
  },
  { name: 'large', manager: allowLarge },
  {
    name: 'large-map',
    manager: allowLarge,
    authz: (authz) => {
      authz['encode_raw_headers'] = false
    },
  },
]

function allowLarge(manager: Node): void {
  manager['max_request_headers_kb'] = 4096
}

let lab: Lab
let holder: Holder
let client: IssuedCertificate

beforeAll(async () => {
  lab = await startLab({
    listeners: LISTENERS,
    config: { peers: { trustDomains: ['example.org'], forwardedClientCert: { from: 'envoy' } } },
    routes: (authority) =>
      LISTENERS.flatMap(({ name }) => [
        routeOf(name, authority(name), '/'),
        routeOf(`${name}/certificate`, authority(name), '/certificate', { binding: { anyOf: ['certificate'] } }),
        routeOf(`${name}/workload`, authority(name), '/workload', { binding: { anyOf: ['workload'] } }),
        routeOf(`${name}/new`, authority(name), '/no-fence', { proof: { futureSkewSeconds: 0 } }),
      ]),
  })
  holder = await makeHolder(lab.parties)
  client = await issueCertificate(lab.parties.ca, { spiffeId: SPIFFE_ID })
  // The fence stands until the first second after the start: what is asked for behind it is not a nonce but the rest.
  const fence = await lab.holdfast().metric('holdfast_replay_fence_timestamp_seconds')
  await until('a proof of now is behind the fence', () => nowSeconds() > fence)
})
afterAll(() => lab?.stop())

async function reasonOf(listener: string, received: Received): Promise<unknown> {
  const [id] = fieldsOf(received, 'x-holdfast-decision')
  const find = () => lab.accessLog(listener).find((line) => line['decision_id'] === id)
  await until('the access log has the decision', () => find() !== undefined)
  return find()?.['reason']
}

async function bearer(listener: string, target: string, token: string): Promise<Received> {
  const { tls, port }: Where = lab.where(listener)
  const shown = tls === undefined ? undefined : { ...tls, cert: client.certificatePem, key: client.keyPem }
  return sendRaw({ port, tls: shown }, { target, fields: [['Authorization', `Bearer ${token}`]] })
}

describe('D-E2 what Envoy hides counts as not shown', () => {
  it('with nothing hidden the same request passes', async () => {
    expect((await sendHonest(lab, 'usual', holder, { target: '/no-fence' })).status).toBe(200)
  })

  it('a hidden proof: proof_missing', async () => {
    const refused = await sendHonest(lab, 'hides-dpop', holder, { target: '/no-fence' })
    expect([refused.status, await reasonOf('hides-dpop', refused)]).toEqual([401, 'proof_missing'])
  })

  it('a hidden token: token_missing', async () => {
    const refused = await sendHonest(lab, 'hides-authorization', holder, { target: '/no-fence' })
    expect([refused.status, await reasonOf('hides-authorization', refused)]).toEqual([401, 'token_missing'])
  })

  it('D-E1 B4 a peer certificate that is not passed on binds nothing, and the principal alone is nobody', async () => {
    const bound = await makeHolder(lab.parties, { cnf: { 'x5t#S256': client.thumbprint } })
    const named = await makeHolder(lab.parties, { cnf: undefined, client_id: SPIFFE_ID })
    const certificate = await bearer('no-certificate', '/certificate', bound.token)
    expect([certificate.status, await reasonOf('no-certificate', certificate)]).toEqual([401, 'certificate_missing'])
    const workload = await bearer('no-certificate', '/workload', named.token)
    expect([workload.status, await reasonOf('no-certificate', workload)]).toEqual([401, 'certificate_missing'])
    // The twins: the certificate alone is enough, the header may be hidden.
    expect((await bearer('hides-xfcc', '/certificate', bound.token)).status).toBe(200)
    expect((await bearer('hides-xfcc', '/workload', named.token)).status).toBe(200)
  })
})

describe('A2 large headers', () => {
  it('60 kB of headers of others are nothing to us', async () => {
    const fields = Array.from({ length: 12 }, (_, i) => [`X-Other-${i}`, 'x'.repeat(4_700)] as const)
    expect((await sendHonest(lab, 'usual', holder, { fields })).status).toBe(200)
  })

  it('a proof of 50 kB is refused by us, a header of 1 MB by Envoy: 431', async () => {
    const credentials = (proof: string) => [
      ['Authorization', `DPoP ${holder.token}`] as const,
      ['DPoP', proof] as const,
    ]
    const refused = await sendRaw(lab.where('usual'), { target: '/', fields: credentials('e'.repeat(50_000)) })
    expect([refused.status, errorOf(refused)]).toEqual([401, 'invalid_dpop_proof'])
    const before = await lab.holdfast().metric('holdfast_decisions_total')
    const stopped = await sendRaw(lab.where('usual'), { target: '/', fields: credentials('e'.repeat(MEGABYTE)) })
    expect([stopped.status, fieldsOf(stopped, 'x-holdfast-decision')]).toEqual([431, []])
    expect(await lab.holdfast().metric('holdfast_decisions_total')).toBe(before)
  })

  it.each([
    ['DPoP', 401, 'proof_malformed'],
    ['Authorization', 400, 'credentials_malformed'],
  ] as const)('with a limit of 4 MB a %s header of 1 MB is refused by us: %i %s', async (name, status, reason) => {
    for (const listener of ['large', 'large-map']) {
      const fields = [['Authorization', `DPoP ${holder.token}`] as const, ['DPoP', 'e'.repeat(100)] as const].filter(
        ([own]) => own !== name,
      )
      const large = [name, `DPoP ${'e'.repeat(MEGABYTE)}`] as const
      const refused = await sendRaw(lab.where(listener), { target: '/', fields: [...fields, large] })
      expect([refused.status, await reasonOf(listener, refused)]).toEqual([status, reason])
    }
  })

  it('nor is a 1 MB path, and 1 MB under our own prefix goes the way of all spoofed headers', async () => {
    const path = await sendRaw(lab.where('large'), { target: `/${'a'.repeat(MEGABYTE)}` })
    expect([path.status, await reasonOf('large', path)]).toEqual([403, 'route_unknown'])
    const spoofed = [['X-Holdfast-Role', 'a'.repeat(MEGABYTE)]] as const
    const passed = await sendHonest(lab, 'large', holder, { fields: spoofed })
    expect(passed.status).toBe(200)
    expect(JSON.parse(passed.body).headers).not.toHaveProperty('x-holdfast-role')
  })

  it('D-E2 a forged XFCC of 1 MB does not get as far as us', async () => {
    const forged = [['X-Forwarded-Client-Cert', `URI=${SPIFFE_ID},`.repeat(40_000)]] as const
    expect((await sendHonest(lab, 'large', holder, { fields: forged })).status).toBe(200)
  })
})
