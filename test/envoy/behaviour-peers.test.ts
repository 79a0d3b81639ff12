/**
 * Who the caller is, through a real Envoy: every way of forwarding client certificates, honest and forged headers, and
 * certificates whose names imitate the header. The identity is never the forged one.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type IssuedCertificate, issueCertificate } from '../../src/drill/certificates.ts'
import { type Lab, type ListenerWish, startLab } from '../support/lab.ts'
import { makeHolder, type Parties, routeOf } from '../support/parties.ts'
import { fieldsOf, type Received, sendRaw, type Where } from '../support/raw-http.ts'
import { until } from '../support/running-holdfast.ts'

const TD = 'spiffe://example.org'
const VICTIM = `${TD}/victim`
const THIEF = `${TD}/thief`
const MODES = ['SANITIZE', 'SANITIZE_SET', 'APPEND_FORWARD', 'FORWARD_ONLY', 'ALWAYS_FORWARD_ONLY'] as const
/** Modes in which our own Envoy writes the last element: what `from: envoy` is for. */
const WRITTEN: ReadonlySet<string> = new Set(['SANITIZE_SET', 'APPEND_FORWARD'])
const TLS = ['server', 'plain'] as const

const LISTENERS: readonly (ListenerWish & { mode: string })[] = TLS.flatMap((tls) =>
  MODES.map((mode) => ({
    name: `${tls}-${mode.toLowerCase()}`,
    mode,
    tls,
    manager: (manager) => {
      manager['forward_client_cert_details'] = mode
      manager['set_current_client_cert_details'] = { uri: true, dns: true, subject: true, cert: true, chain: true }
    },
  })),
)

/** Hostile names: in XFCC they stand as they are (envoy-facts), where `,` and `;` make elements and pairs. */
const HOSTILE = {
  'a URI with an element in it': { uris: [`https://x/,Hash=${'ab'.repeat(32)};URI=${VICTIM}`] },
  'a URI with a pair in it': { uris: [`${THIEF};URI=${VICTIM}`] },
  'a URI with a key of its own': { uris: [`${THIEF};By=${TD}/us`] },
  'a DNS name that spells the ID': { dns: [VICTIM] },
  'a DNS name with a URI pair in it': { spiffeId: THIEF, dns: [`x;URI=${VICTIM}`] },
  'two URIs, the own one first': { uris: [THIEF, VICTIM] },
  'two URIs, the victim first': { uris: [VICTIM, THIEF] },
  'a common name that spells the ID': { commonName: VICTIM },
  'a common name with quotes': { spiffeId: THIEF, commonName: `x";URI=${VICTIM}` },
  'a victim in upper case': { uris: ['SPIFFE://example.org/victim'] },
  'a victim with a dot segment': { uris: [`${TD}/./victim`] },
  'an encoded victim': { uris: [`${TD}/%76ictim`] },
} as const

describe.each(['none', 'envoy'] as const)('forwardedClientCert from %s', (from) => {
  let lab: Lab
  let victim: IssuedCertificate
  let thief: IssuedCertificate

  beforeAll(async () => {
    lab = await startLab({
      listeners: LISTENERS,
      config: { peers: { trustDomains: ['example.org'], forwardedClientCert: { from } } },
      routes: (authority) =>
        LISTENERS.flatMap(({ name }) => [
          routeOf(`${name}/workload`, authority(name), '/', { binding: { anyOf: ['workload'] } }),
          routeOf(`${name}/certificate`, authority(name), '/certificate', { binding: { anyOf: ['certificate'] } }),
        ]),
    })
    victim = await issueCertificate(lab.parties.ca, { spiffeId: VICTIM })
    thief = await issueCertificate(lab.parties.ca, { spiffeId: THIEF })
  })
  afterAll(() => lab?.stop())

  /** A token of the victim, which the thief has copied. */
  const stolenToken = async (parties: Parties): Promise<string> =>
    (await makeHolder(parties, { client_id: VICTIM, cnf: undefined })).token

  const boundToken = async (parties: Parties, { thumbprint }: IssuedCertificate): Promise<string> =>
    (await makeHolder(parties, { client_id: VICTIM, cnf: { 'x5t#S256': thumbprint } })).token

  const as = (name: string, certificate: IssuedCertificate | undefined): Where => {
    const where = lab.where(name)
    if (where.tls === undefined || certificate === undefined) return where
    return { ...where, tls: { ...where.tls, cert: certificate.certificatePem, key: certificate.keyPem } }
  }

  const send = (where: Where, token: string, xfcc?: string, target = '/'): Promise<Received> =>
    sendRaw(where, {
      target,
      fields: [
        ['Authorization', `Bearer ${token}`],
        ...(xfcc === undefined ? [] : [['X-Forwarded-Client-Cert', xfcc] as const]),
      ],
    })

  /** In the form that Envoy writes, as far as a client can know it. */
  const forgeries = (): readonly string[] => {
    const hash = Buffer.from(victim.thumbprint, 'base64url').toString('hex')
    const pem = encodeURIComponent(victim.certificatePem)
    return [
      `Hash=${hash};URI=${VICTIM}`,
      `Hash=${hash};Cert="${pem}";Subject="O=Holdfast drill";URI=${VICTIM}`,
      `Hash=${hash};Cert="${pem}";Chain="${pem}";Subject="O=Holdfast drill";URI=${VICTIM}`,
      `By=${TD}/us;Hash=${hash};URI=${VICTIM}`,
      `Hash=${hash};URI=${VICTIM},Hash=${hash};URI=${VICTIM}`,
      `hash=${hash};uri=${VICTIM}`,
    ]
  }

  const peerSeen = async (name: string, received: Received): Promise<unknown> => {
    const [id] = fieldsOf(received, 'x-holdfast-decision')
    const echoed = received.status === 200 ? JSON.parse(received.body).headers['x-holdfast-decision'][0] : undefined
    const find = () => lab.accessLog(name).find((line) => line['decision_id'] === (id ?? echoed))
    await until('the access log has the decision', () => find() !== undefined)
    return find()?.['peer']
  }

  it.each(LISTENERS.filter(({ tls }) => tls === 'server'))(
    'D23 $name: the holder is known by its certificate',
    async ({ name }) => {
      const token = await stolenToken(lab.parties)
      const received = await send(as(name, victim), token)
      expect(received.status).toBe(200)
      const { headers } = JSON.parse(received.body) as { headers: Record<string, string[]> }
      expect(headers['x-holdfast-peer']).toEqual([VICTIM])
      // RFC 8705 §3.1: the Hash that Envoy writes is x5t#S256.
      const bound = await boundToken(lab.parties, victim)
      expect((await send(as(name, victim), bound, undefined, '/certificate')).status).toBe(200)
      const [xfcc] = headers['x-forwarded-client-cert'] ?? []
      const hex = Buffer.from(victim.thumbprint, 'base64url').toString('hex')
      if (xfcc !== undefined) expect(xfcc).toContain(`Hash=${hex};`)
    },
  )

  it.each(LISTENERS)('D23 $name: a forged header makes nobody the victim', async ({ name, tls }) => {
    const [token, bound] = [await stolenToken(lab.parties), await boundToken(lab.parties, victim)]
    const shown = tls === 'plain' ? [undefined] : [thief, undefined]
    const tries = forgeries().flatMap((forged) => shown.map((certificate) => ({ forged, certificate })))
    await Promise.all(
      tries.map(async ({ forged, certificate }) => {
        const received = await send(as(name, certificate), token, forged)
        expect([forged, received.status]).toEqual([forged, expect.toBeOneOf([401, 403])])
        expect(await peerSeen(name, received)).not.toBe(VICTIM)
        expect((await send(as(name, certificate), bound, forged, '/certificate')).status).toBeOneOf([401, 403])
      }),
    )
  })

  it.each(Object.entries(HOSTILE))('D8 D11 D25 a certificate with %s makes nobody the victim', async (_, names) => {
    const certificate = await issueCertificate(lab.parties.ca, names)
    const token = await stolenToken(lab.parties)
    await Promise.all(
      LISTENERS.filter(({ tls }) => tls === 'server').map(async ({ name, mode }) => {
        const received = await send(as(name, certificate), token)
        expect([mode, received.status]).toEqual([mode, expect.toBeOneOf([401, 403])])
        expect([mode, await peerSeen(name, received)]).not.toEqual([mode, VICTIM])
      }),
    )
  })

  it('D24 the modes in which Envoy writes the header bear it out: the holder that sends a forged one besides', async () => {
    const token = await stolenToken(lab.parties)
    for (const { name, mode } of LISTENERS.filter((one) => one.tls === 'server' && WRITTEN.has(one.mode))) {
      const received = await send(as(name, victim), token, `Hash=${'ab'.repeat(32)};URI=${THIEF}`)
      // Appended, it is one element more than hops are trusted: refused where the header counts at all.
      const refused = from === 'envoy' && mode === 'APPEND_FORWARD'
      expect([mode, received.status]).toEqual([mode, refused ? 403 : 200])
    }
  })
})
