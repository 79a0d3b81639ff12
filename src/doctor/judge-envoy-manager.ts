/** The connection manager around the filter: whose certificate header is believed, which path is checked, how long a stream lives. */
import type { CheckId } from './catalogue.ts'
import { at, durationMs, flag, misread, type Node, ODD, oneOf } from './envoy-node.ts'
import type { EnvoyWishes } from './facts.ts'
import { counted, failed, good, type Judgement, unknown, warning } from './finding.ts'

/** @param edge this Envoy asks nobody: Holdfast stands behind the next hop */
export function judgeManager(
  config: Node,
  wishes: EnvoyWishes,
  edge: boolean,
): readonly (readonly [CheckId, Judgement])[] {
  return [
    ['envoy-forwarded-header', judgeForwarded(config, wishes, edge)],
    ['envoy-path', judgePath(config)],
    ['envoy-stream-duration', judgeDuration(config)],
  ]
}

const MODES = ['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD', 'SANITIZE_SET', 'ALWAYS_FORWARD_ONLY'] as const
const SET = 'forward_client_cert_details: SANITIZE_SET'

/** D23: what a client writes into x-forwarded-client-cert must not be believed, and what Envoy writes must be as expected. */
function judgeForwarded(config: Node, wishes: EnvoyWishes, edge: boolean): Judgement {
  const mode = oneOf(at(config, 'forward_client_cert_details'), MODES)
  if (mode === ODD) return misread('forward_client_cert_details')
  if (mode === 'FORWARD_ONLY' || mode === 'ALWAYS_FORWARD_ONLY') {
    return failed(`${mode} passes on what the client wrote: a forged x-forwarded-client-cert`, SET)
  }
  if (at(config, 'forward_client_cert_matcher') !== undefined) {
    return unknown('forward_client_cert_matcher chooses for each request', `${SET}, without a matcher`)
  }
  if (edge) return judgeAtEdge(mode)
  if (wishes.forwardedFrom === 'none') {
    return mode === 'APPEND_FORWARD'
      ? warning('what a client wrote stays in the header, which the service behind may believe', SET)
      : good(`${mode}: nothing that a client wrote is left; Holdfast does not read the header`)
  }
  return wishes.trustedHops > 0 ? judgeBehindHops(mode, wishes.trustedHops) : judgeDirect(mode, config)
}

type SafeMode = Exclude<(typeof MODES)[number], 'FORWARD_ONLY' | 'ALWAYS_FORWARD_ONLY'>

function judgeAtEdge(mode: SafeMode): Judgement {
  if (mode === 'SANITIZE_SET') return good('SANITIZE_SET: the next hop is told who the caller is, by this connection')
  const why =
    mode === 'SANITIZE' ? 'the next hop is not told who the caller is' : 'what a client wrote goes on in front'
  return warning(`${mode}: ${why}`, SET)
}

function judgeBehindHops(mode: SafeMode, trustedHops: number): Judgement {
  const hops = counted(trustedHops, 'trusted hop')
  if (mode === 'APPEND_FORWARD') return good(`APPEND_FORWARD, as ${hops} demand${trustedHops === 1 ? 's' : ''}`)
  return failed(
    `${mode} leaves out what the hops wrote, and Holdfast counts ${hops}: every request is refused`,
    'forward_client_cert_details: APPEND_FORWARD, or peers.forwardedClientCert.trustedHops: 0',
  )
}

function judgeDirect(mode: SafeMode, config: Node): Judgement {
  if (mode === 'SANITIZE') {
    return warning('SANITIZE takes the header away that peers.forwardedClientCert.from: envoy waits for', SET)
  }
  const [uri, cert] = ['uri', 'cert'].map((part) => flag(at(config, 'set_current_client_cert_details', part)))
  if (uri === ODD || cert === ODD) return misread('set_current_client_cert_details')
  if (uri !== true && cert !== true) {
    return warning('the header has no name of the caller in it', 'set_current_client_cert_details: { uri: true }')
  }
  return mode === 'SANITIZE_SET'
    ? good('SANITIZE_SET: what a client wrote is replaced')
    : good(
        'APPEND_FORWARD without trusted hops: a header that a client wrote makes one element too many, and is refused',
      )
}

function judgePath(config: Node): Judgement {
  const normalize = flag(at(config, 'normalize_path'))
  const merge = flag(at(config, 'merge_slashes'))
  const slashes = oneOf(at(config, 'path_with_escaped_slashes_action'), [
    'IMPLEMENTATION_SPECIFIC_DEFAULT',
    'KEEP_UNCHANGED',
    'REJECT_REQUEST',
    'UNESCAPE_AND_REDIRECT',
    'UNESCAPE_AND_FORWARD',
  ])
  if (normalize === ODD || merge === ODD) return misread('normalize_path or merge_slashes')
  if (slashes === ODD) return misread('path_with_escaped_slashes_action')
  const strict = slashes === 'REJECT_REQUEST' || slashes === 'UNESCAPE_AND_REDIRECT'
  const wrong = [
    ...(normalize ? [] : ['dot segments reach the service as they came (normalize_path: true)']),
    ...(strict ? [] : [`escaped slashes: ${slashes} (path_with_escaped_slashes_action: REJECT_REQUEST)`]),
    ...(merge ? ['double slashes are merged, and clients sign what they send (merge_slashes: false)'] : []),
  ]
  if (wrong.length === 0) return good('the path that is checked is the path that is served')
  return warning(
    wrong.join('; '),
    'normalize_path: true, merge_slashes: false, path_with_escaped_slashes_action: REJECT_REQUEST',
  )
}

/** D-E10: a stream is checked when it begins, and outlives a revocation. */
function judgeDuration(config: Node): Judgement {
  const limitMs = durationMs(at(config, 'common_http_protocol_options', 'max_stream_duration'))
  if (limitMs === ODD) return misread('max_stream_duration')
  return limitMs === undefined || limitMs === 0
    ? warning('a stream may live for good', 'common_http_protocol_options: { max_stream_duration: 900s }')
    : good(`a stream ends after ${limitMs / 1000} s`)
}
