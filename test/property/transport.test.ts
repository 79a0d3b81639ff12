/** Our reader and writer against proto-loader's, and against bytes that are no message at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EnvoyAnswer, Header } from '../../src/check/answer.ts'
import { LIMITS } from '../../src/check/request-facts.ts'
import { readRequest } from '../../src/transport/read-request.ts'
import { UNAVAILABLE_ANSWER, writeResponse } from '../../src/transport/write-response.ts'
import {
  type CheckRequest,
  decodeCheckRequest,
  decodeCheckResponse,
  encodeCheckRequest,
  type HeaderField,
} from '../support/envoy-messages.ts'

const NAMES = [
  'authorization',
  'Authorization',
  'dpop',
  'x-forwarded-client-cert',
  'traceparent',
  'user-agent',
  'origin',
  'access-control-request-method',
  'x-holdfast-peer',
  'X-HOLDFAST-any',
  'accept',
  'cookie',
] as const

const text = fc.string({ unit: 'binary', maxLength: 40 })
const optionalText = fc.option(text, { nil: undefined })
const headerField: fc.Arbitrary<HeaderField> = fc.oneof(
  fc.record({ key: fc.constantFrom(...NAMES), value: text }),
  fc.record({ key: fc.constantFrom(...NAMES), raw_value: fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)) }),
  fc.record({ key: text, value: text }),
)

const checkRequest: fc.Arbitrary<CheckRequest> = fc
  .record({
    method: fc.oneof(fc.constant('OPTIONS'), optionalText),
    path: optionalText,
    host: optionalText,
    address: optionalText,
    principal: optionalText,
    certificate: optionalText,
    headers: fc.uniqueArray(headerField, { maxLength: 6, selector: ({ key }) => key }),
    headerMap: fc.array(headerField, { maxLength: 8 }),
    extensions: fc.dictionary(fc.oneof(fc.constant('holdfast_route'), text), text, { maxKeys: 3 }),
  })
  .map(({ method, path, host, address, principal, certificate, headers, headerMap, extensions }) => ({
    attributes: defined({
      source: defined({
        address: address === undefined ? undefined : { socket_address: { address } },
        principal,
        certificate,
      }),
      request: {
        http: defined({
          method,
          path,
          host,
          headers: Object.fromEntries(headers.map(({ key, value }) => [key, value ?? ''])),
          header_map: { headers: headerMap },
        }),
      },
      context_extensions: extensions,
    }),
  }))

function defined<T extends object>(from: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** Text as a byte string, as our reader gives it. */
function bytesOf(value: string | Buffer | undefined): string {
  return (typeof value === 'string' ? Buffer.from(value) : (value ?? Buffer.alloc(0))).toString('latin1')
}

/** What the facts must be by what proto-loader decoded, in the most literal words. */
function expectedFacts(message: CheckRequest): Record<string, unknown> & { userAgents: string[] } {
  const { source, request, context_extensions: extensions } = message.attributes ?? {}
  const http = request?.http ?? {}
  const fields = [
    ...Object.entries(http.headers ?? {}).map(([key, value]) => ({ key, value, raw_value: undefined })),
    ...(http.header_map?.headers ?? []),
  ].map(({ key, value, raw_value }) => ({ name: (key ?? '').toLowerCase(), values: valuesOf(value, raw_value) }))
  const all = (name: string): string[] => fields.filter((f) => f.name === name).flatMap((f) => f.values)
  const has = (name: string): boolean => fields.some((f) => f.name === name)
  return {
    method: bytesOf(http.method),
    authority: bytesOf(http.host),
    path: bytesOf(http.path),
    authorization: all('authorization').toSorted(),
    dpop: all('dpop').toSorted(),
    forwardedClientCert: all('x-forwarded-client-cert').toSorted(),
    corsPreflight: http.method === 'OPTIONS' && has('origin') && has('access-control-request-method'),
    holdfastHeaders: fields
      .map((f) => f.name)
      .filter((name) => name.startsWith('x-holdfast-'))
      .toSorted(),
    peerCertificate: bytesOf(source?.certificate),
    peerPrincipal: bytesOf(source?.principal),
    sourceAddress: bytesOf(source?.address?.socket_address?.address),
    routeName: extensions?.['holdfast_route'],
    userAgents: all('user-agent'),
  }
}

function valuesOf(value: string | undefined, raw: Buffer | undefined): string[] {
  const values = [bytesOf(raw), bytesOf(value)].filter((one) => one !== '')
  return values.length === 0 ? [''] : values
}

describe('D5 readRequest against proto-loader', () => {
  it('gives the facts of any message that proto-loader encodes', () => {
    fc.assert(
      fc.property(checkRequest, (message) => {
        const bytes = encodeCheckRequest(message)
        const result = readRequest(bytes)
        if (Buffer.byteLength(message.attributes?.request?.http?.method ?? '') > LIMITS.methodBytes) {
          expect(result.ok).toBe(false)
          return
        }
        if (!result.ok) throw new Error(result.error.detail)
        const { fault, traceparent, userAgent, ...facts } = result.value
        const { userAgents, ...expected } = expectedFacts(decodeCheckRequest(bytes))
        expect({
          ...facts,
          authorization: facts.authorization.toSorted(),
          dpop: facts.dpop.toSorted(),
          forwardedClientCert: facts.forwardedClientCert.toSorted(),
          holdfastHeaders: facts.holdfastHeaders.map((name) => name.toLowerCase()).toSorted(),
        }).toEqual(expected)
        // One of them, if there is one that is not empty.
        expect(userAgents.some((one) => one !== '') ? userAgents : ['']).toContain(userAgent)
        expect([fault, traceparent]).toEqual([undefined, undefined])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('readRequest never throws', () => {
  const isResult = (bytes: Uint8Array): void => {
    const result = readRequest(Buffer.from(bytes))
    if (!result.ok) expect(['internal_error', 'route_unknown']).toContain(result.error.reason)
  }

  it('on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), isResult), { numRuns: 5_000 })
  })

  it('on messages with bytes changed, cut out or cut off', () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), remove: fc.nat(8), cut: fc.boolean() })
    fc.assert(
      fc.property(checkRequest, fc.array(mutation, { minLength: 1, maxLength: 5 }), (message, mutations) => {
        let bytes = encodeCheckRequest(message)
        for (const { at, byte, remove, cut } of mutations) {
          const i = bytes.length === 0 ? 0 : at % bytes.length
          bytes = Buffer.concat([
            bytes.subarray(0, i),
            Buffer.from([byte]),
            cut ? Buffer.alloc(0) : bytes.subarray(i + remove),
          ])
        }
        isResult(bytes)
      }),
      { numRuns: 2_000 },
    )
  })

  it('on every prefix of a message', () => {
    const bytes = encodeCheckRequest({
      attributes: { request: { http: { method: 'GET', header_map: { headers: [{ key: 'dpop', value: 'x' }] } } } },
    })
    for (let length = 0; length <= bytes.length; length++) isResult(bytes.subarray(0, length))
  })
})

const TOKEN = fc.string({ unit: fc.constantFrom(...'abcxyz-'), minLength: 1, maxLength: 20 })
const header: fc.Arbitrary<Header> = fc.tuple(TOKEN, fc.string({ maxLength: 100 }))
const metadata = fc.dictionary(
  TOKEN.filter((name) => name !== 'verdict'),
  fc.oneof(fc.boolean(), fc.string({ unit: 'grapheme' })),
)

describe('writeResponse against proto-loader', () => {
  it('gives what proto-loader decodes to the same answer', () => {
    const answer = fc
      .record({
        allow: fc.boolean(),
        status: fc.constantFrom(400, 401, 403, 503),
        headers: fc.array(header),
        removeHeaders: fc.array(TOKEN),
        responseHeaders: fc.array(header),
        body: fc.string({ unit: 'grapheme' }),
        metadata,
      })
      .map(({ allow, headers, removeHeaders, responseHeaders, body, ...rest }): EnvoyAnswer => {
        const free = removeHeaders.filter((name) => headers.every(([set]) => set !== name))
        return allow
          ? { ...rest, allow, headers, removeHeaders: free, responseHeaders, body: '' }
          : { ...rest, allow, headers, removeHeaders: [], responseHeaders: [], body }
      })
    fc.assert(
      fc.property(answer, (given) => {
        const bytes = writeResponse(given)
        expect(bytes).not.toBe(UNAVAILABLE_ANSWER)
        const {
          status,
          ok_response: allowed,
          denied_response: denied,
          dynamic_metadata: struct,
        } = decodeCheckResponse(bytes)
        const options = (allow: boolean): Header[] =>
          ((allow ? allowed : denied)?.headers ?? []).map((h) => [h.header.key, h.header.value ?? ''])
        expect((status?.code ?? 0) === 0).toBe(given.allow)
        expect([allowed !== undefined, denied !== undefined]).toEqual([given.allow, !given.allow])
        expect(options(given.allow)).toEqual(given.headers)
        expect(allowed?.headers_to_remove ?? []).toEqual(given.removeHeaders)
        expect(denied?.status?.code ?? given.status).toBe(given.status)
        expect(denied?.body ?? '').toBe(given.body)
        const fields = Object.entries(struct?.fields ?? {}).map(([name, v]) => [name, v.stringValue ?? v.boolValue])
        expect(Object.fromEntries(fields)).toEqual({ ...given.metadata })
      }),
      { numRuns: 1_000 },
    )
  })
})
