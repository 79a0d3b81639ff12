import { describe, expect, it } from 'vitest'
import { LIMITS, type RequestFacts } from '../../../src/check/request-facts.ts'
import { readRequest } from '../../../src/transport/read-request.ts'
import { type CheckRequest, encodeCheckRequest, type HeaderField } from '../../support/envoy-messages.ts'

const EMPTY: RequestFacts = {
  fault: undefined,
  method: '',
  authority: '',
  path: '',
  authorization: [],
  dpop: [],
  forwardedClientCert: [],
  corsPreflight: false,
  holdfastHeaders: [],
  peerCertificate: '',
  peerPrincipal: '',
  sourceAddress: '',
  routeName: undefined,
  traceparent: undefined,
  userAgent: '',
}

function read(message: CheckRequest): RequestFacts {
  const result = readRequest(encodeCheckRequest(message))
  if (!result.ok) throw new Error(result.error.detail)
  return result.value
}

function refusalOf(message: CheckRequest): string {
  const result = readRequest(encodeCheckRequest(message))
  return result.ok ? 'none' : result.error.reason
}

function withHttp(http: NonNullable<NonNullable<CheckRequest['attributes']>['request']>['http']): CheckRequest {
  return { attributes: { request: { http: http ?? {} } } }
}

function withHeaders(...headers: readonly HeaderField[]): CheckRequest {
  return withHttp({ header_map: { headers } })
}

function raw(key: string, value: string | Buffer): HeaderField {
  return { key, raw_value: typeof value === 'string' ? Buffer.from(value) : value }
}

describe('D5 readRequest: what Envoy sends', () => {
  it('takes each field from its place', () => {
    const facts = read({
      attributes: {
        source: {
          address: { socket_address: { address: '10.1.2.3' } },
          principal: 'spiffe://example.org/ns/a/sa/b',
          certificate: '-----BEGIN%20CERTIFICATE-----%0A',
        },
        request: {
          http: {
            method: 'POST',
            path: '/v1/transfers?limit=10',
            host: 'payments.example.com',
            header_map: {
              headers: [
                raw('authorization', 'DPoP token'),
                raw('dpop', 'proof'),
                raw('x-forwarded-client-cert', 'Hash=ab'),
                raw('accept', '*/*'),
                raw('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
              ],
            },
          },
        },
        context_extensions: { other: 'x', holdfast_route: 'payments' },
      },
    })
    expect(facts).toEqual({
      ...EMPTY,
      method: 'POST',
      authority: 'payments.example.com',
      path: '/v1/transfers?limit=10',
      authorization: ['DPoP token'],
      dpop: ['proof'],
      forwardedClientCert: ['Hash=ab'],
      peerCertificate: '-----BEGIN%20CERTIFICATE-----%0A',
      peerPrincipal: 'spiffe://example.org/ns/a/sa/b',
      sourceAddress: '10.1.2.3',
      routeName: 'payments',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
  })

  it('takes the user agent: the first one, cut where it is long, whatever form it comes in', () => {
    const long = 'x'.repeat(LIMITS.userAgentBytes + 1)
    expect(read(withHeaders(raw('User-Agent', 'curl/8'), raw('user-agent', 'other'))).userAgent).toBe('curl/8')
    expect(read(withHttp({ headers: { 'user-agent': 'curl/8' } })).userAgent).toBe('curl/8')
    expect(read(withHeaders(raw('user-agent', long))).userAgent).toBe(long.slice(1))
    expect(read(withHeaders(raw('user-agents', 'curl/8'))).userAgent).toBe('')
    expect(read(withHeaders(raw('user-agent', long))).fault).toBeUndefined()
  })

  it('has every field in one order, so that the path sees one shape of object', () => {
    expect(Object.keys(read({}))).toEqual(Object.keys(EMPTY))
    expect(Object.keys(read(withHeaders(raw('dpop', 'a'))))).toEqual(Object.keys(EMPTY))
  })

  it('gives empty facts for an empty message and for empty parts', () => {
    expect(readRequest(Buffer.alloc(0))).toEqual({ ok: true, value: EMPTY })
    expect(read({ attributes: { source: {}, request: { http: {} } } })).toEqual(EMPTY)
  })

  it('D-E1 reads the map of joined headers where encode_raw_headers is off', () => {
    const facts = read(withHttp({ headers: { authorization: 'DPoP t', dpop: 'p1,p2', 'x-holdfast-peer': 'spoof' } }))
    expect(facts.authorization).toEqual(['DPoP t'])
    expect(facts.dpop).toEqual(['p1,p2'])
    expect(facts.holdfastHeaders).toEqual(['x-holdfast-peer'])
  })

  it('A1 keeps repeated fields apart', () => {
    const facts = read(withHeaders(raw('dpop', 'p1'), raw('accept', 'x'), raw('dpop', 'p2'), raw('dpop', 'p1')))
    expect(facts.dpop).toEqual(['p1', 'p2', 'p1'])
  })

  it('takes both kinds of headers when both are there, so that a second copy shows', () => {
    const facts = read(withHttp({ headers: { dpop: 'joined' }, header_map: { headers: [raw('dpop', 'raw')] } }))
    expect(facts.dpop).toHaveLength(2)
    expect(new Set(facts.dpop)).toEqual(new Set(['joined', 'raw']))
  })

  it('takes value where raw_value is absent, and both where both are there', () => {
    expect(read(withHeaders({ key: 'dpop', value: 'v' })).dpop).toEqual(['v'])
    const both = read(withHeaders({ key: 'dpop', value: 'v', raw_value: Buffer.from('r') }))
    expect(new Set(both.dpop)).toEqual(new Set(['v', 'r']))
  })

  it('keeps an empty field: it is a field', () => {
    expect(read(withHeaders({ key: 'dpop' }, raw('authorization', ''))).dpop).toEqual([''])
    expect(read(withHeaders(raw('authorization', ''))).authorization).toEqual([''])
  })

  it('compares names in lower case and whole', () => {
    const facts = read(
      withHeaders(raw('DPoP', 'a'), raw('AUTHORIZATION', 'b'), raw('X-Forwarded-Client-Cert', 'c'), raw('dpoq', 'd')),
    )
    expect([facts.dpop, facts.authorization, facts.forwardedClientCert]).toEqual([['a'], ['b'], ['c']])
  })

  it('names every header under our prefix, in lower case', () => {
    const facts = read(withHeaders(raw('x-holdfast-peer', 'a'), raw('X-Holdfast-New', 'b'), raw('x-holdfas', 'c')))
    expect(facts.holdfastHeaders).toEqual(['x-holdfast-peer', 'x-holdfast-new'])
  })

  it('tells an empty route name from an absent one', () => {
    expect(read({ attributes: { context_extensions: { holdfast_route: '' } } }).routeName).toBe('')
    expect(read({ attributes: { context_extensions: { other: 'x' } } }).routeName).toBeUndefined()
  })

  it('keeps bytes that are not ASCII apart: no two values give one text, none gives plain text', () => {
    const values = [Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from('é'), Buffer.from('\ufffd')]
    const texts = values.map((value) => read(withHeaders(raw('dpop', value))).dpop[0])
    expect(new Set(texts).size).toBe(values.length)
    expect(texts[0]).toBe('\xff')
  })
})

describe('readRequest: a CORS preflight is OPTIONS with both headers (Fetch §3.2.2)', () => {
  const origin = raw('origin', 'https://app.example.com')
  const asked = raw('access-control-request-method', 'POST')

  it.each([
    [true, 'OPTIONS', [origin, asked]],
    [false, 'options', [origin, asked]],
    [false, 'GET', [origin, asked]],
    [false, 'OPTIONS', [origin]],
    [false, 'OPTIONS', [asked]],
  ])('%s for %s with %j', (expected, method, headers) => {
    expect(read(withHttp({ method, header_map: { headers } })).corsPreflight).toBe(expected)
  })
})

describe('readRequest: traceparent by its grammar (W3C Trace Context §3.2)', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const span = 'b7ad6b7169203331'

  it.each([`00-${trace}-${span}-01`, `cc-${trace}-${span}-01`, `cc-${trace}-${span}-01-what-the-future-brings`])(
    'takes %s',
    (value) => {
      expect(read(withHeaders(raw('traceparent', value))).traceparent).toBe(value)
    },
  )

  it.each([
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${trace}-${span}`,
    `cc-${trace}-${span}-01-${'x'.repeat(128)}`,
    `cc-${trace}-${span}-01-\n`,
    '',
  ])('leaves out %s', (value) => {
    expect(read(withHeaders(raw('traceparent', value))).traceparent).toBeUndefined()
  })

  it('leaves out a repeated one, whichever is good', () => {
    const good = raw('traceparent', `00-${trace}-${span}-01`)
    expect(read(withHeaders(good, good)).traceparent).toBeUndefined()
    expect(read(withHeaders(raw('traceparent', 'bad'), good)).traceparent).toBeUndefined()
  })
})

describe('readRequest: bounds before anything is parsed', () => {
  const bounded = [
    ['authorization', LIMITS.authorizationBytes, 'credentials_malformed', 'authorization'],
    ['dpop', LIMITS.proofBytes, 'proof_malformed', 'dpop'],
    ['x-forwarded-client-cert', LIMITS.forwardedClientCertBytes, 'peer_ambiguous', 'forwardedClientCert'],
  ] as const

  it.each(bounded)('%s of %d bytes is taken, one more is a fault', (name, limit, reason, field) => {
    const atLimit = read(withHeaders(raw(name, 'a'.repeat(limit))))
    expect([atLimit.fault, atLimit[field][0]?.length]).toEqual([undefined, limit])
    const over = read(withHeaders(raw(name, 'a'.repeat(limit + 1))))
    expect([over.fault?.reason, over[field]]).toEqual([reason, []])
  })

  it.each([
    ['method', LIMITS.methodBytes],
    ['path', LIMITS.pathBytes],
    ['host', LIMITS.authorityBytes],
  ] as const)('%s of %d bytes is taken, one more leaves no route', (field, limit) => {
    expect(refusalOf(withHttp({ [field]: 'a'.repeat(limit) }))).toBe('none')
    expect(refusalOf(withHttp({ [field]: 'a'.repeat(limit + 1) }))).toBe('route_unknown')
  })

  it.each(['certificate', 'principal'] as const)('a %s over the limit is a fault', (field) => {
    const limit = LIMITS.peerCertificateBytes
    expect(read({ attributes: { source: { [field]: 'a'.repeat(limit) } } }).fault).toBeUndefined()
    expect(read({ attributes: { source: { [field]: 'a'.repeat(limit + 1) } } }).fault?.reason).toBe('peer_ambiguous')
  })

  it('counts bytes, not characters', () => {
    expect(read(withHeaders(raw('dpop', 'é'.repeat(LIMITS.proofBytes / 2 + 1)))).fault?.reason).toBe('proof_malformed')
  })

  it('says the first fault where there are several', () => {
    const long = (name: string): HeaderField => raw(name, 'a'.repeat(40_000))
    expect(read(withHeaders(long('dpop'), long('authorization'))).fault?.reason).toBe('proof_malformed')
  })
})
