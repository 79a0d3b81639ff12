/** What the ext_authz filter shows to Holdfast of a request, and what it lets Holdfast change (D-E1, D-E2, D-E6). */
import type { CheckId } from './catalogue.ts'
import { at, flag, isNode, items, misread, type Node, ODD, type Odd } from './envoy-node.ts'
import type { EnvoyWishes } from './facts.ts'
import { failed, good, type Judgement, listed, unknown, warning } from './finding.ts'
import { needsCertificate } from './judge-configuration.ts'

/** @param config of the ext_authz filter */
export function judgeContent(config: Node, wishes: EnvoyWishes): readonly (readonly [CheckId, Judgement])[] {
  return [
    ['envoy-certificate', judgeCertificate(config, wishes)],
    ['envoy-raw-headers', judgeRawHeaders(config)],
    ['envoy-headers', judgeHeaders(config, wishes)],
    ['envoy-body', judgeBody(config)],
    ['envoy-mutations', judgeMutations(config)],
    ['envoy-route-cache', judgeRouteCache(config)],
  ]
}

function judgeCertificate(config: Node, { forwardedFrom, routes }: EnvoyWishes): Judgement {
  const included = flag(at(config, 'include_peer_certificate'))
  if (included === ODD) return misread('include_peer_certificate')
  if (included) return good('the certificate of the connection is shown')
  const mend = 'include_peer_certificate: true'
  if (forwardedFrom === 'envoy') {
    return warning('the certificate is not shown; x-forwarded-client-cert alone tells the caller', mend)
  }
  const needy = routes.filter(({ mode }) => mode !== 'off').filter(needsCertificate)
  return needy.length > 0
    ? failed(`is not shown, and nobody passes without: ${listed(needy.map(({ name }) => name))}`, mend)
    : warning('is not shown: no caller is told by its certificate', mend)
}

function judgeRawHeaders(config: Node): Judgement {
  const raw = flag(at(config, 'encode_raw_headers'))
  if (raw === ODD) return misread('encode_raw_headers')
  if (raw) return good('repeated headers are seen as they came')
  // Both forms are read; a comma in Authorization or DPoP is refused, so nothing passes by it.
  return warning('repeated headers arrive joined by commas, bytes replaced', 'encode_raw_headers: true')
}

type Shown = 'shown' | 'hidden' | Odd

function judgeHeaders(config: Node, { forwardedFrom, cors }: EnvoyWishes): Judgement {
  const needed = ['authorization', 'dpop', ...(forwardedFrom === 'envoy' ? ['x-forwarded-client-cert'] : [])]
  const useful = [
    'traceparent',
    'user-agent',
    'x-holdfast-any',
    ...(cors ? ['origin', 'access-control-request-method'] : []),
  ]
  const shown = (wanted: Shown, names: readonly string[]): readonly string[] =>
    names.filter((name) => isShown(config, name) === wanted).map((name) => name.replace('-any', '-*'))
  const mend = (names: readonly string[]): string =>
    `allowed_headers: { patterns: [${names.map((name) => (name.endsWith('*') ? '{ prefix: x-holdfast- }' : `{ exact: ${name} }`)).join(', ')}, …] }, and none of them in disallowed_headers`
  const lost = shown('hidden', needed)
  if (lost.length > 0) return failed(`Holdfast does not see ${lost.join(', ')}`, mend(lost))
  const unclear = [...shown(ODD, needed), ...shown(ODD, useful)]
  if (unclear.length > 0) {
    return unknown(`patterns that are not plain text decide whether ${unclear.join(', ')} is seen`, mend(unclear))
  }
  const missed = shown('hidden', useful)
  if (missed.length > 0) return warning(`Holdfast does not see ${missed.join(', ')}`, mend(missed))
  const all = at(config, 'allowed_headers') === undefined
  return good(all ? 'all headers are shown, more than are read' : 'what Holdfast reads is shown')
}

/** Without a list of allowed ones all are; the other list always counts. */
function isShown(config: Node, name: string): Shown {
  const [allowed, disallowed] = [at(config, 'allowed_headers'), at(config, 'disallowed_headers')]
  const taken = allowed === undefined ? true : matches(allowed, name)
  const barred = disallowed === undefined ? false : matches(disallowed, name)
  if (taken === false || barred === true) return 'hidden'
  return taken === ODD || barred === ODD ? ODD : 'shown'
}

/** Whether a ListStringMatcher takes the name. Regular expressions of others are not run. */
function matches(matcher: unknown, name: string): boolean | Odd {
  const patterns = items(at(matcher, 'patterns'))
  if (patterns === ODD) return ODD
  const each = patterns.map((pattern) => matchesOne(pattern, name))
  if (each.includes(true)) return true
  return each.includes(ODD) ? ODD : false
}

const PLAIN: readonly (readonly [string, (name: string, text: string) => boolean])[] = [
  ['exact', (name, text) => name === text],
  ['prefix', (name, text) => name.startsWith(text)],
  ['suffix', (name, text) => name.endsWith(text)],
  ['contains', (name, text) => name.includes(text)],
]

function matchesOne(pattern: unknown, name: string): boolean | Odd {
  if (!isNode(pattern)) return ODD
  for (const [kind, test] of PLAIN) {
    const text = at(pattern, kind)
    if (typeof text !== 'string') continue
    return test(name, at(pattern, 'ignore_case') === true ? text.toLowerCase() : text)
  }
  return ODD
}

function judgeBody(config: Node): Judgement {
  if (at(config, 'with_request_body') === undefined) return good('no body is sent')
  return warning(
    'bodies are sent, which nothing looks at; a large one is a 413 before any Check',
    'no with_request_body',
  )
}

function judgeMutations(config: Node): Judgement {
  const validate = flag(at(config, 'validate_mutations'))
  if (validate === ODD) return misread('validate_mutations')
  if (!validate) return warning('what Holdfast answers is not looked over', 'validate_mutations: true')
  return at(config, 'decoder_header_mutation_rules') === undefined
    ? warning('Holdfast may change any header', 'decoder_header_mutation_rules as in envoy/sidecar.yaml')
    : good('only what the rules name may change')
}

function judgeRouteCache(config: Node): Judgement {
  const clear = flag(at(config, 'clear_route_cache'))
  if (clear === ODD) return misread('clear_route_cache')
  return clear
    ? failed('the route is chosen anew after the check', 'clear_route_cache: false')
    : good('the route that was checked is the one that is taken')
}
