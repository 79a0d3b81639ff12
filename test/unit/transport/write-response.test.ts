import { describe, expect, it } from 'vitest'
import type { EnvoyAnswer, Header } from '../../../src/check/answer.ts'
import { UNAVAILABLE_ANSWER, writeResponse } from '../../../src/transport/write-response.ts'
import { decodeCheckResponse, isAllow } from '../../support/envoy-messages.ts'

const ALLOW: EnvoyAnswer = {
  allow: true,
  status: 200,
  headers: [
    ['x-holdfast-decision', 'd1'],
    ['x-holdfast-subject', 'deployer'],
  ],
  removeHeaders: ['dpop', 'x-holdfast-peer'],
  responseHeaders: [['dpop-nonce', 'n']],
  body: '',
  metadata: { verdict: 'allow', would_deny: false, route: 'payments' },
}

const DENY: EnvoyAnswer = {
  allow: false,
  status: 401,
  headers: [
    ['www-authenticate', 'DPoP error="invalid_token"'],
    ['www-authenticate', 'Bearer'],
    ['cache-control', 'no-store'],
  ],
  removeHeaders: [],
  responseHeaders: [],
  body: '{"error":"invalid_token"}',
  metadata: { verdict: 'deny', reason: 'revoked', would_deny: false },
}

function pairs(options: { header: { key: string; value?: string } }[] | undefined): unknown {
  return options?.map(({ header }) => [header.key, header.value])
}

describe('D-E5 writeResponse: an allow', () => {
  const response = decodeCheckResponse(writeResponse(ALLOW))

  it('has status code 0 and an ok_response', () => {
    expect(response.status?.code ?? 0).toBe(0)
    expect(response.ok_response).toBeDefined()
    expect(response.denied_response).toBeUndefined()
  })

  it('writes headers over what is there, in order', () => {
    expect(pairs(response.ok_response?.headers)).toEqual(ALLOW.headers)
    expect(pairs(response.ok_response?.response_headers_to_add)).toEqual(ALLOW.responseHeaders)
    const all = [...(response.ok_response?.headers ?? []), ...(response.ok_response?.response_headers_to_add ?? [])]
    expect(all.map((option) => option.append_action)).toEqual([2, 2, 2])
  })

  it('removes what is to be removed', () => {
    expect(response.ok_response?.headers_to_remove).toEqual(ALLOW.removeHeaders)
  })

  it('carries the metadata, truth values as such', () => {
    expect(response.dynamic_metadata?.fields).toEqual({
      verdict: { stringValue: 'allow' },
      would_deny: { boolValue: false },
      route: { stringValue: 'payments' },
    })
  })
})

describe('D-E4 writeResponse: a denial', () => {
  it('keeps two headers of one name', () => {
    const response = decodeCheckResponse(writeResponse(DENY))
    expect(pairs(response.denied_response?.headers)).toEqual(DENY.headers)
    expect(response.denied_response?.headers?.map((option) => option.append_action ?? 0)).toEqual([0, 0, 0])
    expect(response.denied_response?.body).toBe(DENY.body)
  })

  it.each([
    [400, 7],
    [401, 16],
    [403, 7],
    [503, 14],
  ])('HTTP %d has the gRPC code %d, and both are always there', (status, code) => {
    const response = decodeCheckResponse(writeResponse({ ...DENY, status }))
    expect([response.denied_response?.status?.code, response.status?.code]).toEqual([status, code])
    expect(isAllow(response)).toBe(false)
  })

  it('takes metadata that is not ASCII, and more than the first buffer holds', () => {
    const metadata = { verdict: 'deny', route: 'zahlung-é-😀', long: 'é'.repeat(20_000) }
    const body = 'x'.repeat(50_000)
    const response = decodeCheckResponse(writeResponse({ ...DENY, body, metadata }))
    expect(response.dynamic_metadata?.fields['route']?.stringValue).toBe(metadata.route)
    expect(response.dynamic_metadata?.fields['long']?.stringValue).toBe(metadata.long)
    expect(response.denied_response?.body).toBe(body)
  })

  it('does not let one answer show in the next', () => {
    const first = writeResponse(DENY)
    const copy = Buffer.from(first)
    writeResponse(ALLOW)
    expect(first).toEqual(copy)
    expect(writeResponse(DENY)).toEqual(copy)
  })
})

describe('D-E8 writeResponse: what is not consistent becomes the constant denial', () => {
  const header = (name: string, value: string): Header => [name, value]

  it.each([
    ['an allow that metadata calls a denial', { ...ALLOW, metadata: { verdict: 'deny' } }],
    ['an allow with a body', { ...ALLOW, body: 'x' }],
    ['an allow that removes what it sets', { ...ALLOW, removeHeaders: ['x-holdfast-subject'] }],
    ['an allow that is only truthy', { ...ALLOW, allow: 1 }],
    ['an allow without the list of headers', { ...ALLOW, headers: undefined }],
    ['an allow without metadata', { ...ALLOW, metadata: undefined }],
    ['a pseudo-header', { ...ALLOW, headers: [header(':path', '/admin')] }],
    ['a header without a name', { ...ALLOW, headers: [header('', 'x')] }],
    ['a line break in a value', { ...ALLOW, headers: [header('a', 'b\r\nc: d')] }],
    ['a value that is not ASCII', { ...ALLOW, responseHeaders: [header('a', 'é')] }],
    ['a NUL in a value', { ...DENY, headers: [header('a', '\0')] }],
    ['a space in a name to remove', { ...ALLOW, removeHeaders: ['a b'] }],
    ['a denial that metadata calls an allow', { ...DENY, metadata: { verdict: 'allow' } }],
    ['a denial with status 200', { ...DENY, status: 200 }],
    ['a denial with status 0', { ...DENY, status: 0 }],
    ['a denial without status', { ...DENY, status: undefined }],
    ['a denial with an inherited name as status', { ...DENY, status: 'constructor' }],
    ['a denial with headers for the upstream to lose', { ...DENY, removeHeaders: ['dpop'] }],
    ['a verdict that is absent', { ...DENY, allow: undefined }],
    ['nothing', undefined],
    ['an empty object', {}],
  ])('%s', (_, answer) => {
    expect(writeResponse(answer as unknown as EnvoyAnswer)).toBe(UNAVAILABLE_ANSWER)
  })

  it('is a 503 denial with a number in Retry-After, never cached', () => {
    const response = decodeCheckResponse(UNAVAILABLE_ANSWER)
    expect([response.status?.code, response.denied_response?.status?.code]).toEqual([14, 503])
    expect(pairs(response.denied_response?.headers)).toContainEqual(['retry-after', expect.stringMatching(/^\d+$/)])
    expect(pairs(response.denied_response?.headers)).toContainEqual(['cache-control', 'no-store'])
    expect(JSON.parse(response.denied_response?.body ?? '')).toHaveProperty('error', 'temporarily_unavailable')
  })
})
