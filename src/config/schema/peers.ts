/** Key `peers`: how the workload at the other end is told. */
import * as z from 'zod'
import { isTrustDomain, parseSpiffeId } from '../../check/peer/spiffe-id.ts'
import { listOf, section, text, whole } from './fields.ts'

export function trustDomain() {
  return text((value) =>
    isTrustDomain(value)
      ? undefined
      : 'is no SPIFFE trust domain; write its bare name, such as example.org (a-z, 0-9, dot, dash, underscore)',
  )
}

export const peers = section({
  trustDomains: listOf(trustDomain())
    .default([])
    .describe('SPIFFE trust domains whose IDs are believed (SPIFFE-ID §2.1); empty: none is, certificates still bind.'),
  forwardedClientCert: z
    .strictObject({
      from: z
        .enum(['none', 'envoy'])
        .default('none')
        .describe(
          '`none`: `x-forwarded-client-cert` is not believed. `envoy`: our own Envoy writes its last element (SANITIZE_SET or APPEND_FORWARD), which describes our direct peer.',
        ),
      trustedHops: whole(0, 16)
        .default(0)
        .describe(
          '0: the direct peer is the caller. N: the caller stands N elements before the last, and the header must hold exactly N + 1.',
        ),
      proxies: listOf(
        text((value) =>
          parseSpiffeId(value) === undefined
            ? 'is no SPIFFE ID; write it in full, such as spiffe://example.org/gateway'
            : undefined,
        ),
      )
        .default([])
        .describe('SPIFFE IDs that the direct peer and all hops between must have when `trustedHops` is above 0.'),
    })
    .superRefine(({ from, trustedHops, proxies }, context) => {
      const add = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
      if (trustedHops > 0 && from !== 'envoy') {
        add('trustedHops', 'counts hops of a header that is not believed; set from: envoy, or trustedHops: 0')
      }
      if (trustedHops > 0 && proxies.length === 0) {
        add('trustedHops', 'trusts any workload as a proxy; list the SPIFFE IDs of the hops in proxies')
      }
      if (trustedHops === 0 && proxies.length > 0) {
        add('proxies', 'has no effect while trustedHops is 0; set trustedHops, or leave proxies out')
      }
    })
    .prefault({})
    .describe('Trust in the header `x-forwarded-client-cert`.'),
}).describe('The workload at the other end of the connection.')
