/** The TLS of the listener: whether callers show certificates, and whether somebody verifies them. */
import type { CheckId } from './catalogue.ts'
import { at, flag, isNode, items, misread, type Node, ODD, type Odd, oneOf, typed } from './envoy-node.ts'
import { type EnvoyResources, named } from './envoy-resources.ts'
import type { EnvoyWishes } from './facts.ts'
import { failed, good, type Judgement, listed, unknown, warning } from './finding.ts'
import { needsCertificate } from './judge-configuration.ts'

/** @param chain the filter chain in which the connection manager stands */
export function judgeListener(
  chain: Node,
  wishes: EnvoyWishes,
  resources: EnvoyResources,
): readonly (readonly [CheckId, Judgement])[] {
  const tls = tlsOf(chain)
  if (tls === ODD) return [['envoy-client-certificate', misread('transport_socket')]]
  const needy = wishes.routes.filter((route) => route.mode !== 'off' && needsCertificate(route)).map(({ name }) => name)
  if (tls === undefined) return [['envoy-client-certificate', judgePlain(needy)]]
  const trust = trustOf(tls, resources)
  return [
    ['envoy-client-certificate', judgeDemand(tls, trust, needy)],
    ['envoy-trust-chain', judgeTrust(trust)],
  ]
}

/** Undefined: plaintext. */
function tlsOf(chain: Node): Node | undefined | Odd {
  const socket = at(chain, 'transport_socket')
  if (socket === undefined) return undefined
  const inner = typed(at(socket, 'typed_config'))
  if (inner === undefined || inner === ODD) return ODD
  if (inner.type === 'RawBuffer') return undefined
  const tls = inner.type === 'QuicDownstreamTransport' ? at(inner.config, 'downstream_tls_context') : inner.config
  return inner.type.startsWith('Quic') || inner.type === 'DownstreamTlsContext' ? (isNode(tls) ? tls : ODD) : ODD
}

interface Trust {
  /** What says whom to believe, all of it together. */
  readonly contexts: readonly unknown[]
  /** Secrets that hold the rest, and are not here. */
  readonly missing: readonly string[]
}

function trustOf(tls: Node, { secrets }: EnvoyResources): Trust {
  const common = at(tls, 'common_tls_context')
  const combined = at(common, 'combined_validation_context')
  const references = [
    at(common, 'validation_context_sds_secret_config'),
    at(combined, 'validation_context_sds_secret_config'),
  ].filter((reference) => reference !== undefined)
  const fetched = references.map((reference) => {
    const name = at(reference, 'name')
    const secret = typeof name === 'string' ? named(secrets, name) : undefined
    return { name: typeof name === 'string' ? name : 'without a name', context: at(secret, 'validation_context') }
  })
  const own = [at(common, 'validation_context'), at(combined, 'default_validation_context')]
  const all = [...own, ...fetched.map(({ context }) => context)]
  return {
    contexts: all.filter((context) => context !== undefined),
    missing: fetched.filter(({ context }) => context === undefined).map(({ name }) => name),
  }
}

function judgePlain(needy: readonly string[]): Judgement {
  const mend = 'transport_socket with a DownstreamTlsContext, as in envoy/sidecar.yaml'
  return needy.length > 0
    ? failed(`plaintext: nobody can show a certificate, and nobody passes without: ${listed(needy)}`, mend)
    : warning('plaintext: tokens can be read on the way, and no caller is told by a certificate', mend)
}

function judgeDemand(tls: Node, { contexts, missing }: Trust, needy: readonly string[]): Judgement {
  const word = at(tls, 'require_client_certificate')
  const required = flag(word)
  if (required === ODD) return misread('require_client_certificate')
  const demand = 'require_client_certificate: true'
  if (contexts.length === 0 && missing.length === 0) {
    const mend = `${demand}, and validation_context: { trusted_ca: … }`
    if (required) return failed('a certificate is demanded, and none is verified: there is no validation context', mend)
    if (needy.length > 0)
      return failed(`no certificate is asked for, and nobody passes without: ${listed(needy)}`, mend)
    return good('no certificate is asked for, and no route needs one')
  }
  if (required) return good('every caller shows a certificate')
  // Said on purpose it is a choice; left out, the default of Envoy may change.
  if (word === false && needy.length === 0) return good('a caller may leave its certificate out; no route needs one')
  return warning('a caller may leave its certificate out', demand)
}

const ANCHORS = ['trusted_ca', 'system_root_certs', 'ca_certificate_provider_instance', 'custom_validator_config']
const PINS = ['verify_certificate_hash', 'verify_certificate_spki']

/** A chain that nobody verified looks like any other to Holdfast: the same principal, the same certificate. */
function judgeTrust({ contexts, missing }: Trust): Judgement {
  let anchored = false
  for (const context of contexts) {
    const verification = oneOf(at(context, 'trust_chain_verification'), ['VERIFY_TRUST_CHAIN', 'ACCEPT_UNTRUSTED'])
    if (!isNode(context) || verification === ODD) return misread('validation_context')
    if (verification === 'ACCEPT_UNTRUSTED') {
      return failed('certificates of anybody are taken for verified', 'no trust_chain_verification: ACCEPT_UNTRUSTED')
    }
    const pins = PINS.map((pin) => items(at(context, pin)))
    anchored ||= ANCHORS.some((anchor) => at(context, anchor) !== undefined)
    anchored ||= pins.some((pinned) => pinned !== ODD && pinned.length > 0)
  }
  if (missing.length > 0) {
    const mend = 'give the config dump of the running Envoy, and look for trust_chain_verification'
    return unknown(`whom to believe stands in a secret that is not here: ${listed(missing)}`, mend)
  }
  if (contexts.length === 0) return good('no certificate is asked for')
  return anchored
    ? good('certificates are verified')
    : failed('the validation context names nobody to believe', 'validation_context: { trusted_ca: … }')
}
