import { describe, expect, test } from 'vitest'
import { configText, faultsOf, type Parts, takeMark } from './config-file.ts'

type Case = readonly [bad: Parts, says: string, good: Parts]

const server = (value: string): Parts => ({ top: { server: value } })
const issuer = (key: string, value: string): Parts => ({ issuer: { [key]: value } })
const long = (count: number) => 'x'.repeat(count)

const CASES: readonly Case[] = [
  // server
  [
    server('{ listen: «9191 }'),
    'server.listen: must be text, but is a number; put it in quotes',
    server('{ listen: "[::1]:9191" }'),
  ],
  [
    server('{ listen: «localhost }'),
    'server.listen: is no address; write host:port',
    server('{ listen: localhost:0 }'),
  ],
  [
    server('{ listen: «127.0.0.1:65536 }'),
    'server.listen: has a port above 65535',
    server('{ listen: 0.0.0.0:65535 }'),
  ],
  [
    server('{ listen: «"[127.0.0.1]:1" }'),
    'server.listen: has no IPv6 address in its brackets',
    server('{ listen: "[::]:1" }'),
  ],
  [
    server('{ listen: «unix://run/h.sock }'),
    'server.listen: is no absolute path of a socket',
    server('{ listen: unix:///run/h.sock }'),
  ],
  [
    server(`{ listen: «unix:///${long(107)} }`),
    'server.listen: is longer than the 107 bytes that a socket path may have',
    server(`{ listen: unix:///${long(106)} }`),
  ],
  [
    { top: { admin: '{ listen: «unix:///a.sock }' } },
    'admin.listen: is a socket; write host:port',
    { top: { admin: '{ listen: 0.0.0.0:9901 }' } },
  ],
  [
    server('{ deadlineMs: «9 }'),
    'server.deadlineMs: must be at least 10; choose a larger number',
    server('{ deadlineMs: 10 }'),
  ],
  [
    server('{ deadlineMs: «10001 }'),
    'server.deadlineMs: must be at most 10000; choose a smaller number',
    server('{ deadlineMs: 10000 }'),
  ],
  [
    server('{ deadlineMs: «12.5 }'),
    'server.deadlineMs: must be a whole number, but is not whole',
    server('{ deadlineMs: 12 }'),
  ],
  [
    server('{ deadlineMs: «150ms }'),
    'server.deadlineMs: must be a whole number, but is text; write it without quotes or unit',
    server('{ deadlineMs: 150 }'),
  ],
  [
    server('{ tls: «{ certificate: a.pem } }'),
    'server.tls.key: is missing; add it: PEM file with the private key',
    server('{ tls: { certificate: a.pem, key: k.pem } }'),
  ],
  [
    server('{ clientSecret: «hunter2 }'),
    'server.clientSecret: a secret must not stand in this file; write file:PATH or env:NAME',
    server('{ clientSecret: env:HOLDFAST_CLIENT }'),
  ],
  [
    server('{ clientSecret: «"env:a b" }'),
    'server.clientSecret: a secret must not stand in this file',
    server('{ clientSecret: "file:a b" }'),
  ],
  // state
  [
    { top: { nonce: '{ secret: «0123456789abcdef0123456789abcdef }' } },
    'nonce.secret: a secret must not stand in this file',
    { top: { nonce: '{ secret: null }' } },
  ],
  [
    { top: { store: '{ kind: «reddis }' } },
    'store.kind: is none of memory, redis; did you mean redis?',
    { top: { store: '{ kind: memory }' } },
  ],
  [{ top: { scope: '«""' } }, 'scope: must not be empty; give it a value', { top: { scope: 'gateway' } }],
  // peers
  [
    { top: { peers: '{ trustDomains: [«Example.org] }' } },
    'peers.trustDomains[0]: is no SPIFFE trust domain',
    { top: { peers: '{ trustDomains: [example.org] }' } },
  ],
  [
    { top: { peers: '{ trustDomains: [a.b, «a.b] }' } },
    'peers.trustDomains[1]: stands twice in the list; keep one',
    { top: { peers: '{ trustDomains: [a.b, b.a] }' } },
  ],
  [
    { top: { peers: '{ forwardedClientCert: { from: envoy, trustedHops: 1, proxies: [«gateway] } }' } },
    'peers.forwardedClientCert.proxies[0]: is no SPIFFE ID',
    {
      top: {
        peers:
          '{ trustDomains: [a.b], forwardedClientCert: { from: envoy, trustedHops: 1, proxies: ["spiffe://a.b/gateway"] } }',
      },
    },
  ],
  // issuers
  [issuer('algorithms', '[«HS256]'), 'issuers[0].algorithms[0]: is none of RS256,', issuer('algorithms', '[RS256]')],
  [issuer('algorithms', '[«none]'), 'issuers[0].algorithms[0]: is none of RS256,', issuer('algorithms', '[Ed25519]')],
  [
    issuer('algorithms', '«[]'),
    'issuers[0].algorithms: must not be an empty list; add an item',
    issuer('algorithms', '[PS512]'),
  ],
  [
    issuer('tokenTypes', '[«dpop+jwt]'),
    'issuers[0].tokenTypes[0]: is the type of another kind of JWT',
    issuer('tokenTypes', '[at+jwt, application/at+jwt]'),
  ],
  [
    issuer('clockSkewSeconds', '«-1'),
    'issuers[0].clockSkewSeconds: must be at least 0',
    issuer('clockSkewSeconds', '0'),
  ],
  [
    issuer('insecureIgnoredConfirmations', '[«jkt]'),
    'issuers[0].insecureIgnoredConfirmations[0]: is always verified and cannot be ignored',
    issuer('insecureIgnoredConfirmations', '[osc]'),
  ],
  [
    issuer('keys', '{ jwksUri: «ftp://as.example.com/jwks }'),
    'issuers[0].keys.jwksUri: is no URL that starts with https:// or http://',
    issuer('keys', '{ jwksUri: https://as.example.com:8443/jwks }'),
  ],
  [
    issuer('keys', '{ jwksUri: «https://user:pw@as.example.com/jwks }'),
    'issuers[0].keys.jwksUri: holds a user or password',
    issuer('keys', '{ jwksUri: https://as.example.com/jwks?a=b }'),
  ],
  [
    issuer('holder', '{ kubernetes: { trustDomain: «"a b" } }'),
    'issuers[0].holder.kubernetes.trustDomain: is no SPIFFE trust domain',
    issuer('holder', '{ kubernetes: { trustDomain: a.b } }'),
  ],
  [issuer('issuer', '«""'), 'issuers[0].issuer: must not be empty', issuer('issuer', 'accounts.example.com')],
]

describe('single keys of the process and of issuers', () => {
  test.each(CASES.map(([bad, says, good]) => ({ bad, says, good })))('$says', async ({ bad, says, good }) => {
    const { text, line, column } = takeMark(configText(bad))
    const [fault, ...more] = await faultsOf(text)
    expect(fault).toContain(`holdfast.yaml:${line}:${column}: ${says}`)
    expect(fault).toContain('; ')
    expect(more).toEqual([])
    expect(await faultsOf(configText(good))).toEqual([])
  })
})
