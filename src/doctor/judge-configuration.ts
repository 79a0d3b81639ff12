/** What the configuration says by itself, of protections and of peers. Only what is certain: nobody's intent is guessed. */
import type { HolderFacts, RouteFacts } from './facts.ts'
import { at, counted, type Finding, good, type Judgement, listed, unknown, warning } from './finding.ts'

/** Weakened settings and routes that refuse nothing: warnings. @param insecure paths of the settings */
export function judgeProtections(routes: readonly RouteFacts[], insecure: readonly string[]): readonly Finding[] {
  const lax = routes.filter(({ mode }) => mode !== 'enforce')
  return [
    ...insecure.map((setting) =>
      at('insecure-setting', setting, warning('is in force', 'take it away when what needs it is gone')),
    ),
    ...(insecure.length === 0 ? [at('insecure-setting', undefined, good('none is in force'))] : []),
    ...lax.map(({ name, mode }) => {
      const seen = mode === 'off' ? 'is off: everything passes unchecked' : 'observes: what it would refuse passes'
      return at(
        'route-mode',
        name,
        warning(seen, `mode: enforce, when holdfast doctor --safe-to-enforce ${name} says so`),
      )
    }),
    ...(lax.length === 0 ? [at('route-mode', undefined, good('all routes enforce'))] : []),
  ]
}

interface PeerSettings {
  readonly trustDomains: readonly string[]
  readonly forwardedClientCert: { readonly from: 'none' | 'envoy'; readonly trustedHops: number }
}

/** Whether callers can be told at all on the routes that demand it; what depends on Envoy is unknown. */
export function judgePeers(
  routes: readonly RouteFacts[],
  holders: readonly HolderFacts[],
  peers: PeerSettings,
): readonly Finding[] {
  const live = routes.filter(({ mode }) => mode !== 'off')
  const foreign = live.flatMap((route) => foreignHolders(route, holders, peers.trustDomains))
  return [
    at('peers-evidence', undefined, judgeEvidence(live.filter(needsCertificate), peers.forwardedClientCert)),
    ...foreign.map(({ route, issuer, trustDomain }) => {
      const seen = `binds to the workload, and holders of ${issuer} are of ${trustDomain}, which is not believed`
      return at('peers-holder', route, warning(seen, `add ${trustDomain} to peers.trustDomains`))
    }),
    ...(foreign.length === 0 ? [at('peers-holder', undefined, good('no holder is of a foreign trust domain'))] : []),
  ]
}

/** What comes from Envoy is not to be seen from here, so where a route stands or falls with it the answer is `unknown`. */
function judgeEvidence(
  routes: readonly RouteFacts[],
  { from, trustedHops }: PeerSettings['forwardedClientCert'],
): Judgement {
  if (routes.length === 0) return good('no route lets in callers with a certificate only')
  const names = listed(routes.map(({ name }) => name))
  const needs = `${names}: nobody passes without a certificate`
  if (from === 'none') {
    return unknown(
      `${needs}; it can only come from the connection of Envoy itself, as x-forwarded-client-cert is not believed`,
      'Envoy: require_client_certificate and include_peer_certificate: true; behind another proxy peers.forwardedClientCert.from: envoy; holdfast doctor --envoy looks',
    )
  }
  return unknown(
    `${needs}; x-forwarded-client-cert is believed, with ${counted(trustedHops, 'trusted hop')}`,
    'Envoy: forward_client_cert_details SANITIZE_SET, or APPEND_FORWARD behind hops, with set_current_client_cert_details; holdfast doctor --envoy looks',
  )
}

/** Nobody passes the route without a certificate. */
export function needsCertificate({ binding: { anyOf, allOf }, require }: RouteFacts): boolean {
  const byCertificate = (name: string): boolean => name === 'certificate' || name === 'workload'
  return require.peers.length > 0 || anyOf?.every(byCertificate) === true || allOf?.some(byCertificate) === true
}

function foreignHolders(
  { name, binding, issuers }: RouteFacts,
  holders: readonly HolderFacts[],
  trustDomains: readonly string[],
): readonly { readonly route: string; readonly issuer: string; readonly trustDomain: string }[] {
  if (!(binding.anyOf ?? binding.allOf ?? []).includes('workload')) return []
  return holders.flatMap(({ issuer, trustDomain }) => {
    const accepted = issuers === null || issuers.includes(issuer)
    if (!accepted || trustDomain === undefined || trustDomains.includes(trustDomain)) return []
    return [{ route: name, issuer, trustDomain }]
  })
}
