/** What a request's headers come to on the way through a real Envoy: repeated, spoofed, spelt otherwise, and what goes on. */
import { connect } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { echoOf, errorOf, sendHonest } from '../support/honest.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { type Holder, makeHolder, proofOf, routeOf } from '../support/parties.ts'
import { fieldsOf, type Received, sendRaw } from '../support/raw-http.ts'
import { until } from '../support/running-holdfast.ts'

const LISTENERS = ['raw', 'map'] as const
type Listener = (typeof LISTENERS)[number]

let lab: Lab
let holder: Holder

beforeAll(async () => {
  lab = await startLab({
    listeners: [
      { name: 'raw', manager: acceptHttp10 },
      {
        name: 'map',
        manager: acceptHttp10,
        authz: (authz) => {
          authz['encode_raw_headers'] = false
        },
      },
    ],
    // An application that hands out a nonce of its own and lets caches keep it.
    appHeaders: { 'DPoP-Nonce': 'of-the-application', 'Cache-Control': 'public, max-age=60' },
    routes: (authority) =>
      LISTENERS.flatMap((name) => [
        routeOf(`${name}-keep`, authority(name), '/', { cors: true }),
        routeOf(`${name}-bearer`, authority(name), '/bearer', { upstream: { authorization: 'bearer' } }),
        routeOf(`${name}-strip`, authority(name), '/strip', { upstream: { authorization: 'strip' } }),
        routeOf(`${name}-open`, authority(name), '/open', { mode: 'off' }),
        routeOf(`${name}-watched`, authority(name), '/watched', { mode: 'observe' }),
      ]),
  })
  holder = await makeHolder(lab.parties, { sid: 'sess-1', scope: 'read write' })
})
afterAll(() => lab?.stop())

function acceptHttp10(manager: Record<string, unknown>): void {
  manager['http_protocol_options'] = { accept_http_10: true }
}

/** Two honest requests bring two proofs that were never sent. */
async function freshProofs(listener: Listener, nonce: string): Promise<[string, string]> {
  const url = `https://${lab.authority(listener)}/`
  return [await proofOf(holder, 'GET', url, nonce), await proofOf(holder, 'GET', url, nonce)]
}

async function nonceOf(listener: Listener): Promise<string> {
  const [nonce] = fieldsOf(await sendHonest(lab, listener, holder), 'dpop-nonce')
  return nonce ?? ''
}

function send(listener: Listener, fields: readonly (readonly [string, string])[], target = '/'): Promise<Received> {
  return sendRaw(lab.where(listener), { target, fields })
}

async function reasonOf(listener: Listener, received: Received): Promise<unknown> {
  const { decision_id: id } = JSON.parse(received.body) as { decision_id: string }
  return (await logged(listener, id))['reason']
}

async function logged(listener: Listener, decisionId: string): Promise<Record<string, unknown>> {
  const find = () => lab.accessLog(listener).find((line) => line['decision_id'] === decisionId)
  await until('the access log has the decision', () => find() !== undefined)
  return find() ?? {}
}

describe.each(LISTENERS)('repeated credentials, header encoding "%s"', (listener) => {
  it('A1 two DPoP fields are refused, also the same proof twice, also spelt differently; one passes', async () => {
    const nonce = await nonceOf(listener)
    const [first, second] = await freshProofs(listener, nonce)
    const token = ['Authorization', `DPoP ${holder.token}`] as const
    for (const proofs of [
      [['DPoP', first] as const, ['DPoP', second] as const],
      [['DPoP', first] as const, ['DPoP', first] as const],
      [['DPoP', first] as const, ['dpop', second] as const],
      [['DPoP', `${first},${second}`] as const],
    ]) {
      const refused = await send(listener, [token, ...proofs])
      expect(refused.status).toBe(401)
      expect(errorOf(refused)).toBe('invalid_dpop_proof')
      expect(await reasonOf(listener, refused)).toBe('credentials_ambiguous')
    }
    // Nothing of that burnt a jti (A0), and the name's case does not count.
    expect((await send(listener, [token, ['DPOP', first]])).status).toBe(200)
    expect(
      (
        await send(listener, [
          ['AUTHORIZATION', `dpop ${holder.token}`],
          ['dPoP', second],
        ])
      ).status,
    ).toBe(200)
  })

  it('A29 D-E9 two Authorization fields are refused with 400, whatever their schemes', async () => {
    const [proof] = await freshProofs(listener, await nonceOf(listener))
    for (const [one, two] of [
      [`DPoP ${holder.token}`, `DPoP ${holder.token}`],
      [`DPoP ${holder.token}`, 'Bearer other'],
      ['Basic eDp5', `DPoP ${holder.token}`],
    ] as const) {
      const refused = await send(listener, [
        ['Authorization', one],
        ['Authorization', two],
        ['DPoP', proof],
      ])
      expect(refused.status).toBe(400)
      expect(errorOf(refused)).toBe('invalid_request')
      const challenges = fieldsOf(refused, 'www-authenticate')
      expect(challenges[0]).toMatch(/^DPoP error="invalid_request"/)
      expect(challenges[1]).toMatch(/^Bearer error="invalid_request"/)
    }
  })
})

describe.each(LISTENERS)('what goes on to the application, header encoding "%s"', (listener) => {
  it('D-E5 the application sees our identity headers only, each once', async () => {
    const spoofed = [
      ['X-Holdfast-Subject', 'admin'],
      ['x-holdfast-subject', 'root'],
      ['X-HOLDFAST-PEER', 'spiffe://example.org/admin'],
      ['x-holdfast-role', 'admin'],
      ['X-Holdfast-', 'x'],
    ] as const
    const { headers } = echoOf(await sendHonest(lab, listener, holder, { fields: spoofed }))
    const ours = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-holdfast-')))
    expect(ours).toEqual({
      'x-holdfast-decision': [expect.stringMatching(/^[0-9a-f-]{36}$/)],
      'x-holdfast-issuer': ['https://issuer.example.org'],
      'x-holdfast-subject': ['user-1'],
      'x-holdfast-client': ['spiffe://example.org/client'],
      'x-holdfast-session': ['sess-1'],
      'x-holdfast-binding': ['dpop'],
      'x-holdfast-scope': ['read write'],
    })
  })

  it.each(['/open', '/watched'])(
    'D-E5 spoofed identity headers go where nothing is enforced too: %s',
    async (target) => {
      const received = await send(
        listener,
        [
          ['x-holdfast-subject', 'admin'],
          ['x-holdfast-role', 'admin'],
        ],
        target,
      )
      const names = Object.keys(echoOf(received).headers).filter((name) => name.startsWith('x-holdfast-'))
      expect(names).toEqual(['x-holdfast-decision'])
    },
  )

  it.each([
    ['/keep', `DPoP `],
    ['/bearer', 'Bearer '],
    ['/strip', undefined],
  ])('C17 %s: Authorization goes on as configured, the proof never', async (target, scheme) => {
    const { headers } = echoOf(await sendHonest(lab, listener, holder, { target }))
    expect(headers['authorization']).toEqual(scheme === undefined ? undefined : [`${scheme}${holder.token}`])
    expect(headers).not.toHaveProperty('dpop')
  })

  it('A33 A35 an answer has exactly one DPoP-Nonce, ours, and is not to be cached, whatever the application says', async () => {
    const received = await sendHonest(lab, listener, holder)
    expect(fieldsOf(received, 'dpop-nonce')).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{32}$/)])
    expect(fieldsOf(received, 'cache-control')).toEqual(['no-store'])
    const refused = await send(listener, [['Authorization', `DPoP ${holder.token}`]])
    expect(fieldsOf(refused, 'dpop-nonce')).toEqual([])
    expect(fieldsOf(refused, 'cache-control')).toEqual(['no-store'])
  })

  it('the access log tells the decision, on allow and on deny', async () => {
    const allowed = echoOf(await sendHonest(lab, listener, holder))
    const id = allowed.headers['x-holdfast-decision']?.[0] ?? ''
    expect(await logged(listener, id)).toMatchObject({
      status: 200,
      verdict: 'allow',
      mode: 'enforce',
      reason: 'ok',
      class: 'none',
      would_deny: false,
      route: `${listener}-keep`,
      binding: 'dpop',
      token: expect.stringMatching(/^[0-9a-f]{16}$/),
      session: expect.any(String),
      key: expect.any(String),
    })
    const denied = await send(listener, [])
    const [deniedId] = fieldsOf(denied, 'x-holdfast-decision')
    expect(await logged(listener, deniedId ?? '')).toMatchObject({
      status: 401,
      details: 'ext_authz_denied',
      verdict: 'deny',
      reason: 'token_missing',
      class: 'invalid',
      route: `${listener}-keep`,
      token: null,
    })
    const watched = echoOf(await send(listener, [], '/watched'))
    expect(await logged(listener, watched.headers['x-holdfast-decision']?.[0] ?? '')).toMatchObject({
      status: 200,
      verdict: 'allow',
      mode: 'observe',
      reason: 'token_missing',
      would_deny: true,
    })
  })
})

describe('versions of HTTP', () => {
  it.each(['1.0', '1.1'] as const)(
    'D-E4 HTTP/%s: an honest client passes, a naked one gets the challenge',
    async (version) => {
      expect((await sendHonest(lab, 'raw', holder, { version })).status).toBe(200)
      const refused = await sendRaw(lab.where('raw'), { target: '/', version })
      expect(refused.status).toBe(401)
      expect(fieldsOf(refused, 'www-authenticate')).toEqual([expect.stringMatching(/^DPoP algs="[^"]+"$/)])
    },
  )

  it('D-E4 HTTP/2: the same, and two DPoP fields are refused', async () => {
    const nonce = await nonceOf('raw')
    const [first, second] = await freshProofs('raw', nonce)
    const authorization = `DPoP ${holder.token}`
    expect(await http2Status({ authorization, dpop: [first, second] })).toBe(401)
    expect(await http2Status({ authorization, dpop: first })).toBe(200)
    expect(await http2Status({ authorization, dpop: first })).toBe(401)
    expect(await http2Status({})).toBe(401)
    // A13: the scheme that the client writes plays no part.
    expect(await http2Status({ ':scheme': 'https', authorization, dpop: second })).toBe(200)
  })
})

function http2Status(headers: Record<string, string | string[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${lab.port('raw')}`)
    session.on('error', reject)
    const stream = session.request({ ':path': '/', ':authority': lab.authority('raw'), ...headers })
    stream.on('error', reject)
    stream.on('response', (received) => {
      resolve(Number(received[':status']))
      session.destroy()
    })
    stream.end()
  })
}

describe('A40 CORS', () => {
  const preflight = [
    ['Origin', 'https://app.example.com'],
    ['Access-Control-Request-Method', 'POST'],
  ] as const

  it('a preflight passes without a token, and no other OPTIONS does', async () => {
    const sent = (fields: readonly (readonly [string, string])[], method = 'OPTIONS', target = '/') =>
      sendRaw(lab.where('raw'), { method, target, fields })
    expect((await sent(preflight)).status).toBe(200)
    expect((await sent([])).status).toBe(401)
    expect((await sent(preflight.slice(0, 1))).status).toBe(401)
    expect((await sent(preflight, 'GET')).status).toBe(401)
    expect((await sent(preflight, 'OPTIONS', '/strip')).status).toBe(401)
  })

  it('scripts may read the challenge and the nonce, on a refusal and on success', async () => {
    const exposed = ['WWW-Authenticate, DPoP-Nonce']
    expect(fieldsOf(await send('raw', []), 'access-control-expose-headers')).toEqual(exposed)
    expect(fieldsOf(await sendHonest(lab, 'raw', holder), 'access-control-expose-headers')).toEqual(exposed)
    expect(fieldsOf(await send('raw', [], '/strip'), 'access-control-expose-headers')).toEqual([])
  })
})
