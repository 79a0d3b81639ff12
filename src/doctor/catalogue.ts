/** Every check there is: its stable id, where it belongs, and why it matters. docs/doctor.md has the same list (tested). */

export const AREAS = [
  'configuration',
  'files',
  'store',
  'revocations',
  'issuers',
  'peers',
  'server',
  'envoy',
  'enforcement',
] as const
export type Area = (typeof AREAS)[number]

interface Check {
  readonly area: Area
  readonly why: string
}

/** In the order of the report. */
export const CHECKS = {
  'config-valid': { area: 'configuration', why: 'a file with faults is not taken up, and the last good one stands' },
  'insecure-setting': {
    area: 'configuration',
    why: 'a protection is weakened on purpose; it should be on no list for long',
  },
  'route-mode': { area: 'configuration', why: 'nothing is refused on a route that only observes, or is off' },
  'file-permissions': {
    area: 'files',
    why: 'who reads a secret can act in our name; who writes a file decides for us',
  },
  'nonce-secret': { area: 'files', why: 'who can guess it makes nonces of his own, and so proofs ahead of time' },
  'tls-certificate': { area: 'files', why: 'an expired certificate ends every connection that it is shown on' },
  'tls-key': { area: 'files', why: 'a key that does not belong to the certificate lets no connection come about' },
  'store-kind': { area: 'store', why: 'who remembers used proofs decides how many processes may serve one scope' },
  'store-sentinels': {
    area: 'store',
    why: 'the sentinels say which server is the master; two answers are two memories',
  },
  'store-cluster': { area: 'store', why: 'proofs whose part of the memory nobody serves are refused' },
  'store-tls': { area: 'store', why: 'on a plain connection others can read the password and change marks' },
  'store-timeout': { area: 'store', why: 'the route can answer an outage only while its check still has time' },
  'store-reachable': { area: 'store', why: 'without the store no proof can be marked, and routes answer 503' },
  'store-login': { area: 'store', why: 'who may log in can delete marks, and a captured proof passes again' },
  'store-certificate': { area: 'store', why: 'when it expires, every new connection to the store fails' },
  'store-version': { area: 'store', why: 'a mark is one step only where SET takes NX and GET together' },
  'store-identity': { area: 'store', why: 'run id and replication id tell that a memory is another one' },
  'store-role': { area: 'store', why: 'a replica takes no marks' },
  'store-eviction': { area: 'store', why: 'an evicted mark is a proof that passes twice' },
  'store-permissions': { area: 'store', why: 'a command that is refused makes marks or revocations fail' },
  'store-writes': { area: 'store', why: 'a server that takes no writes marks no proofs' },
  'store-latency': {
    area: 'store',
    why: 'a mark that takes longer than the timeout is refused, and the connection dropped',
  },
  'store-clock': { area: 'store', why: 'marks end by the clock of the server, proofs by ours' },
  'store-memory': { area: 'store', why: 'a full server refuses marks; one without a bound is killed by its host' },
  'store-quorum': {
    area: 'store',
    why: 'a master cut off from its replicas goes on taking marks that a failover loses',
  },
  'store-persistence': { area: 'store', why: 'a restart without its data costs each honest client a round trip' },
  'store-epoch': { area: 'store', why: 'it begins anew with each loss of the memory' },
  'list-readable': { area: 'revocations', why: 'a replica that cannot read the list refuses with revocation_stale' },
  'list-keys': { area: 'revocations', why: 'a key that holds something else stops marks or revocations' },
  'list-entries': { area: 'revocations', why: 'a malformed entry cuts nobody off' },
  'list-replicas': { area: 'revocations', why: 'a replica that is not heard of may not have applied a revocation' },
  'issuer-keys': { area: 'issuers', why: 'without a key of the issuer none of its tokens pass' },
  'issuer-algorithms': {
    area: 'issuers',
    why: 'an algorithm that no key serves is allowed for nothing (RFC 8725 §3.1)',
  },
  'peers-evidence': { area: 'peers', why: 'a caller is told by its certificate, and only Envoy can hand it on' },
  'peers-holder': { area: 'peers', why: 'a holder of a trust domain that is not believed never matches a peer' },
  'server-running': { area: 'server', why: 'what runs may differ from what is configured' },
  'server-component': { area: 'server', why: 'one component that is not ready makes Envoy turn away from the process' },
  'envoy-dump': { area: 'envoy', why: 'what cannot be read cannot be judged' },
  'envoy-filter': { area: 'envoy', why: 'only a request that Holdfast is asked about is checked' },
  'envoy-coverage': { area: 'envoy', why: 'a second way in goes around every check' },
  'envoy-enabled': { area: 'envoy', why: 'a request that the filter leaves out passes unchecked' },
  'envoy-shadow': { area: 'envoy', why: 'in shadow mode nothing is refused' },
  'envoy-routes': { area: 'envoy', why: 'a route can switch the filter off for itself' },
  'envoy-service': { area: 'envoy', why: 'Holdfast speaks the gRPC of ext_authz V3, and nothing else' },
  'envoy-timeout': {
    area: 'envoy',
    why: 'when Envoy gives up first, a refusal with its reason becomes an error without one',
  },
  'envoy-retries': { area: 'envoy', why: 'a second Check finds the mark of the first, and is refused as a replay' },
  'envoy-failure-mode': { area: 'envoy', why: 'an attacker who can make Holdfast fail gets in' },
  'envoy-status': { area: 'envoy', why: 'clients take an outage for a refusal, and give up' },
  'envoy-secret': { area: 'envoy', why: 'a Check without the secret is refused' },
  'envoy-certificate': {
    area: 'envoy',
    why: 'the certificate of the connection is the only evidence that no header can forge',
  },
  'envoy-raw-headers': { area: 'envoy', why: 'a header that stands twice must not look like one' },
  'envoy-headers': { area: 'envoy', why: 'a header that is hidden from the check still reaches the service' },
  'envoy-body': { area: 'envoy', why: 'what is not read should not travel' },
  'envoy-mutations': { area: 'envoy', why: 'not even a broken answer should change where a request goes' },
  'envoy-route-cache': { area: 'envoy', why: 'a request could be checked for one route and served by another' },
  'envoy-cluster': { area: 'envoy', why: 'without it no Check arrives' },
  'envoy-cluster-way': { area: 'envoy', why: 'whoever stands between can read tokens, and say yes' },
  'envoy-cluster-health': { area: 'envoy', why: 'a restart should cost nobody a timeout' },
  'envoy-forwarded-header': { area: 'envoy', why: 'whoever writes this header says who calls' },
  'envoy-path': { area: 'envoy', why: 'the path that is checked must be the path that is served' },
  'envoy-stream-duration': { area: 'envoy', why: 'an open stream keeps the decision that opened it' },
  'envoy-client-certificate': { area: 'envoy', why: 'what a listener does not ask for, no check can see' },
  'envoy-trust-chain': { area: 'envoy', why: 'Holdfast cannot tell a peer that nobody verified from one that was' },
  'gate-prometheus': { area: 'enforcement', why: 'without its numbers nothing shows that the route may enforce' },
  'gate-observed': { area: 'enforcement', why: 'a client that did not call while the route observed is not known' },
  'gate-scraped': { area: 'enforcement', why: 'what was not scraped was not seen' },
  'gate-traffic': { area: 'enforcement', why: 'nothing refused among few requests says little' },
  'gate-judged': { area: 'enforcement', why: 'behind a missing nonce nothing else is looked at' },
  'gate-clean': { area: 'enforcement', why: 'what would have been refused will be' },
  'gate-who': { area: 'enforcement', why: 'these break when the route enforces' },
  'gate-verdict': { area: 'enforcement', why: 'it refuses who is not ready' },
} as const satisfies Readonly<Record<string, Check>>

export type CheckId = keyof typeof CHECKS
