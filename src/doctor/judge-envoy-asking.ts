/** How the ext_authz filter asks Holdfast, and what comes of no answer (D-E1, D-E3, D-E8). */
import type { CheckId } from './catalogue.ts'
import { at, durationMs, flag, isNode, items, misread, type Node, ODD, oneOf, text, whole } from './envoy-node.ts'
import type { EnvoyWishes } from './facts.ts'
import { failed, good, type Judgement, unknown, warning } from './finding.ts'

/** Beyond the deadline: a Holdfast that hangs holds each request for so long. */
const PATIENCE_MS = 10_000
const SECRET_KEY = 'x-holdfast-client-secret'

/** @param config of the ext_authz filter */
export function judgeAsking(config: Node, wishes: EnvoyWishes): readonly (readonly [CheckId, Judgement])[] {
  if (at(config, 'http_service') !== undefined) {
    return [['envoy-service', failed('asks over HTTP, which Holdfast does not speak', 'grpc_service: …')]]
  }
  const service = at(config, 'grpc_service')
  if (!isNode(service)) {
    return [['envoy-service', service === undefined ? judgeNone() : misread('grpc_service')]]
  }
  return [
    ['envoy-service', judgeVersion(config)],
    ['envoy-timeout', judgeTimeout(service, wishes)],
    ['envoy-retries', judgeRetries(service)],
    ['envoy-failure-mode', judgeFailureMode(config)],
    ['envoy-status', judgeStatus(config)],
    ...(wishes.clientSecret ? [['envoy-secret', judgeSecret(service)] as const] : []),
  ]
}

function judgeNone(): Judgement {
  return failed('asks nobody', 'grpc_service: { envoy_grpc: { cluster_name: holdfast }, timeout: 0.25s }')
}

function judgeVersion(config: Node): Judgement {
  const version = oneOf(at(config, 'transport_api_version'), ['AUTO', 'V2', 'V3'])
  if (version === ODD) return misread('transport_api_version')
  return version === 'V3'
    ? good('gRPC, V3')
    : failed(`transport_api_version is ${version}`, 'transport_api_version: V3')
}

function judgeTimeout(service: Node, { deadlineMs }: EnvoyWishes): Judgement {
  const timeoutMs = durationMs(at(service, 'timeout'))
  const mend = `timeout: ${(deadlineMs + 100) / 1000}s under grpc_service, or a shorter server.deadlineMs`
  if (timeoutMs === ODD) return misread('grpc_service.timeout')
  if (timeoutMs === undefined) {
    return failed(`is not set, so Envoy waits 200 ms and Istio 600 s; server.deadlineMs is ${deadlineMs}`, mend)
  }
  if (timeoutMs === 0) return warning('is 0s: no limit, so a Holdfast that hangs holds every request', mend)
  const seen = `${timeoutMs} ms; server.deadlineMs is ${deadlineMs}`
  if (timeoutMs <= deadlineMs) return failed(`${seen}: our own answer comes too late`, mend)
  return timeoutMs > deadlineMs + PATIENCE_MS ? warning(`${seen}: far longer than any answer takes`, mend) : good(seen)
}

function judgeRetries(service: Node): Judgement {
  if (at(service, 'retry_policy') === undefined) return good('none: one request is one Check')
  return warning('has a retry policy: a Check that arrives twice is a replay', 'no retry_policy under grpc_service')
}

function judgeFailureMode(config: Node): Judgement {
  const open = flag(at(config, 'failure_mode_allow'))
  if (open === ODD) return misread('failure_mode_allow')
  return open
    ? failed('everything passes unchecked while Holdfast does not answer', 'failure_mode_allow: false')
    : good('no answer is a refusal')
}

function judgeStatus(config: Node): Judgement {
  const code = at(config, 'status_on_error', 'code')
  if (code === 'ServiceUnavailable' || code === 503) return good('no answer is told as 503')
  if (code === ODD) return misread('status_on_error')
  const told = typeof code === 'string' || typeof code === 'number' ? String(code) : '403, the default'
  return warning(`no answer is told as ${told}`, 'status_on_error: { code: ServiceUnavailable }')
}

/** Its value is never looked at. */
function judgeSecret(service: Node): Judgement {
  const pairs = items(at(service, 'initial_metadata'))
  if (pairs === ODD) return misread('grpc_service.initial_metadata')
  if (pairs.some((pair) => at(pair, 'key') === SECRET_KEY)) return good('is sent with each Check')
  return failed(
    'server.clientSecret is set, and no secret is sent: each Check is refused',
    `initial_metadata: [{ key: ${SECRET_KEY}, value: "%FILE_CONTENT(/etc/envoy/client-secret)%" }]`,
  )
}

/** Whether all requests come to the filter (D-E6). @param slot where the filter stands among the HTTP filters */
export function judgeEnabled(slot: Node, config: Node): Judgement {
  const off = flag(at(slot, 'disabled'))
  if (off === ODD) return misread('disabled')
  if (off) return failed('is disabled, but for routes that switch it on', 'no disabled: true at the HTTP filter')
  if (at(config, 'filter_enabled_metadata') !== undefined) {
    return warning('metadata decides which requests are checked', 'no filter_enabled_metadata')
  }
  const enabled = at(config, 'filter_enabled')
  if (enabled === undefined) return good('every request')
  const share = shareOf(at(enabled, 'default_value'))
  const key = text(at(enabled, 'runtime_key'))
  if (share === ODD || key === ODD) return misread('filter_enabled')
  const percent = `${(share * 100).toFixed(2).replace(/\.?0+$/, '')} % of the requests`
  const mend = 'no filter_enabled, once the roll-out is over (docs/migration.md)'
  if (share < 1) {
    // A flag whose runtime key may say otherwise is no refusal for certain.
    return at(config, 'deny_at_disable', 'default_value') === true
      ? warning(`${percent} are checked, the others refused`, mend)
      : failed(`${percent} are checked, the others pass unchecked`, mend)
  }
  if (key === undefined || key === '') return good(percent)
  return unknown(`${percent}, unless the runtime says otherwise under ${key}`, `look at /runtime; ${mend}`)
}

function shareOf(fraction: unknown): number | typeof ODD {
  const numerator = whole(at(fraction, 'numerator'))
  const unit = oneOf(at(fraction, 'denominator'), ['HUNDRED', 'TEN_THOUSAND', 'MILLION'])
  if (!isNode(fraction) || numerator === ODD || unit === ODD) return ODD
  return Math.min(1, (numerator ?? 0) / { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 }[unit])
}

export function judgeShadow(config: Node): Judgement {
  const shadow = flag(at(config, 'shadow_mode'))
  if (shadow === ODD) return misread('shadow_mode')
  return shadow
    ? warning('what Holdfast denies passes', 'shadow_mode: false, when nothing honest would be denied any more')
    : good('a denial is a denial')
}
