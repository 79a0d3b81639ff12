import { type AlertCases, grows, ofEnvoy, ofFilter, own, stays } from './case.ts'

const FILTER = { namespace: 'shop', job: 'envoy', instance: 'e', envoy_http_conn_manager_prefix: 'ingress' }
const OTHER_FILTER = { envoy_ext_authz_prefix: 'opa' }
const checks = own('route_decisions_total', { route: 'api', verdict: 'allow' })
const ok = ofFilter('ok')
const denied = ofFilter('denied')
const error = ofFilter('error')
const succeeded = ofEnvoy('downstream_rq_xx', { envoy_response_code_class: '2' })
const rest = { [ofFilter('failure_mode_allowed')]: stays(0, 60), [ofFilter('disabled')]: stays(0, 60) }

export const ENVOY_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastEnvoyFailsOpen',
    labels: { ...FILTER, severity: 'page' },
    fires: { title: 'one request passed', series: { [ofFilter('failure_mode_allowed')]: '0 0 1+0x10' }, at: '4m' },
    silent: [
      { title: 'it had no answer and refused', series: { [error]: grows(5, 10) }, at: '4m' },
      {
        title: 'the filter of another service',
        series: { [ofFilter('failure_mode_allowed', OTHER_FILTER)]: grows(5, 10) },
        at: '4m',
      },
    ],
  },
  {
    alert: 'HoldfastEnvoyDisabled',
    labels: { ...FILTER, severity: 'page' },
    fires: { title: 'a request met it switched off', series: { [ofFilter('disabled')]: '0 0 1+0x10' }, at: '4m' },
    silent: [
      { title: 'it is on', series: { [ofFilter('disabled')]: stays(0, 10), [ok]: grows(9, 10) }, at: '4m' },
      {
        title: 'the filter of another service',
        series: { [ofFilter('disabled', OTHER_FILTER)]: grows(5, 10) },
        at: '4m',
      },
    ],
  },
  {
    alert: 'HoldfastEnvoyErrors',
    labels: { ...FILTER, severity: 'page' },
    fires: {
      title: 'one check in ten has no answer',
      series: { [ok]: grows(80, 30), [denied]: grows(10, 30), [error]: grows(10, 30) },
      at: '12m',
    },
    silent: [
      {
        title: 'one in a hundred has none',
        series: { [ok]: grows(89, 30), [denied]: grows(10, 30), [error]: grows(1, 30) },
        at: '12m',
      },
      {
        title: 'many are denied',
        series: { [ok]: grows(10, 30), [denied]: grows(90, 30), [error]: stays(0, 30) },
        at: '12m',
      },
    ],
  },
  {
    alert: 'HoldfastBypass',
    labels: { severity: 'page' },
    fires: {
      title: 'Envoy has twice as many answers',
      series: { [ok]: grows(100, 60), [denied]: grows(20, 60), [checks]: grows(60, 60) },
      at: '30m',
    },
    silent: [
      {
        title: 'as many as there were decisions',
        series: { [ok]: grows(100, 60), [denied]: grows(20, 60), [checks]: grows(118, 60) },
        at: '30m',
      },
      {
        title: 'Holdfast is asked by others too',
        series: { [ok]: grows(50, 60), [denied]: grows(10, 60), [checks]: grows(300, 60) },
        at: '30m',
      },
      { title: 'no Envoy is scraped', series: { [checks]: grows(300, 60) }, at: '30m' },
    ],
  },
  {
    alert: 'HoldfastRequestsUnchecked',
    labels: { ...FILTER, severity: 'ticket' },
    fires: {
      title: 'twice as many succeed as were let pass',
      series: { ...rest, [ok]: grows(60, 60), [succeeded]: grows(120, 60) },
      at: '40m',
    },
    silent: [
      {
        title: 'all that succeed were let pass',
        series: { ...rest, [ok]: grows(60, 60), [succeeded]: grows(58, 60) },
        at: '40m',
      },
      { title: 'a listener without the filter', series: { [succeeded]: grows(600, 60) }, at: '40m' },
    ],
  },
]

const pod = (name: string) => ({ pod: name })

/** One pod among many: the sum hides it. */
export const MORE_ENVOY_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastBypass',
    labels: { namespace: 'shop', pod: 'p1', severity: 'page' },
    fires: {
      title: 'in one pod of two',
      series: {
        [ofFilter('ok', pod('p1'))]: grows(100, 60),
        [ofFilter('denied', pod('p1'))]: grows(0, 60),
        [own('route_decisions_total', { route: 'api', verdict: 'allow', ...pod('p1') })]: grows(10, 60),
        [ofFilter('ok', pod('p2'))]: grows(900, 60),
        [ofFilter('denied', pod('p2'))]: grows(0, 60),
        [own('route_decisions_total', { route: 'api', verdict: 'allow', ...pod('p2') })]: grows(900, 60),
      },
      at: '30m',
    },
    silent: [],
  },
]
