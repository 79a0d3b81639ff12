import { type AlertCases, grows, INSTANCE, OWNER, ofProcess, own, seriesOf, stays } from './case.ts'

const up = (instance: string): string => seriesOf('up', { ...OWNER, instance })

export const SERVICE_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastAbsent',
    labels: { severity: 'page' },
    fires: { title: 'every target is down', series: { [up('a')]: stays(0, 10), [up('b')]: stays(0, 10) }, at: '6m' },
    silent: [
      { title: 'one of two is up', series: { [up('a')]: stays(0, 10), [up('b')]: stays(1, 10) }, at: '6m' },
      { title: 'not for long yet', series: { [up('a')]: '1 1 0+0x8' }, at: '6m' },
    ],
  },
  {
    alert: 'HoldfastTargetDown',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: { title: 'one target is down', series: { [up('a')]: stays(0, 20), [up('b')]: stays(1, 20) }, at: '12m' },
    silent: [
      { title: 'it came back', series: { [up('a')]: '0+0x9 1+0x10' }, at: '12m' },
      { title: 'a target of somebody else', series: { 'up{job="redis",instance="a"}': stays(0, 20) }, at: '12m' },
    ],
  },
  {
    alert: 'HoldfastNotReady',
    labels: { ...INSTANCE, component: 'replay_store', severity: 'ticket' },
    fires: {
      title: 'a component stays unready',
      series: { [own('component_ready', { component: 'replay_store' })]: stays(0, 20) },
      at: '12m',
    },
    silent: [
      {
        title: 'it is ready',
        series: { [own('component_ready', { component: 'replay_store' })]: stays(1, 20) },
        at: '12m',
      },
      { title: 'it drains', series: { [own('component_ready', { component: 'shutdown' })]: stays(0, 20) }, at: '12m' },
    ],
  },
  {
    alert: 'HoldfastInternalError',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'one fault',
      series: {
        [own('decisions_total', { verdict: 'deny', reason: 'internal_error', mode: 'enforce' })]: '0 0 1+0x10',
      },
      at: '6m',
    },
    silent: [
      {
        title: 'other denials',
        series: { [own('decisions_total', { verdict: 'deny', reason: 'proof_stale', mode: 'enforce' })]: grows(9, 20) },
        at: '6m',
      },
      {
        title: 'long ago',
        series: {
          [own('decisions_total', { verdict: 'deny', reason: 'internal_error', mode: 'enforce' })]: '0 0 1+0x60',
        },
        at: '50m',
      },
    ],
  },
  {
    alert: 'HoldfastSheddingChecks',
    labels: { ...OWNER, severity: 'ticket' },
    fires: { title: 'checks are shed for minutes', series: { [own('checks_shed_total')]: grows(5, 20) }, at: '12m' },
    silent: [
      { title: 'none are', series: { [own('checks_shed_total')]: stays(7, 20) }, at: '12m' },
      { title: 'a burst', series: { [own('checks_shed_total')]: '0 50+0x20' }, at: '12m' },
    ],
  },
]

const BUILD = { [own('build_info', { version: '1', node: 'v24' })]: stays(1, 30) }

export const PROCESS_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastEventLoopLag',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'the loop waits',
      series: { ...BUILD, [ofProcess('nodejs_eventloop_lag_p99_seconds')]: stays(0.06, 30) },
      at: '15m',
    },
    silent: [
      {
        title: 'below the limit',
        series: { ...BUILD, [ofProcess('nodejs_eventloop_lag_p99_seconds')]: stays(0.04, 30) },
        at: '15m',
      },
      {
        title: 'another Node program',
        series: { ...BUILD, [ofProcess('nodejs_eventloop_lag_p99_seconds', { instance: 'x' })]: stays(9, 30) },
        at: '15m',
      },
    ],
  },
  {
    alert: 'HoldfastMemoryNearLimit',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'beyond nine tenths',
      series: { ...BUILD, [ofProcess('process_resident_memory_bytes')]: stays(500_000_000, 30) },
      at: '15m',
    },
    silent: [
      {
        title: 'below',
        series: { ...BUILD, [ofProcess('process_resident_memory_bytes')]: stays(480_000_000, 30) },
        at: '15m',
      },
      {
        title: 'another program',
        series: { ...BUILD, [ofProcess('process_resident_memory_bytes', { job: 'app' })]: stays(900_000_000, 30) },
        at: '15m',
      },
    ],
  },
  {
    alert: 'HoldfastWorkersMissing',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'a worker is silent',
      series: {
        [own('workers', { state: 'serving' })]: stays(1, 20),
        [own('workers', { state: 'silent' })]: stays(1, 20),
        [own('workers', { state: 'down' })]: stays(0, 20),
      },
      at: '8m',
    },
    silent: [
      {
        title: 'all serve',
        series: {
          [own('workers', { state: 'serving' })]: stays(2, 20),
          [own('workers', { state: 'silent' })]: stays(0, 20),
          [own('workers', { state: 'down' })]: stays(0, 20),
        },
        at: '8m',
      },
      { title: 'one was replaced', series: { [own('workers', { state: 'down' })]: '0 0 1 0+0x20' }, at: '8m' },
    ],
  },
  {
    alert: 'HoldfastWorkersDying',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'one after the other',
      series: { [own('worker_exits_total', { outcome: 'died' })]: '0 0 1 1 2 2 3 3 4+0x20' },
      at: '12m',
    },
    silent: [
      {
        title: 'one',
        series: { [own('worker_exits_total', { outcome: 'died' })]: '0 0 1+0x20' },
        at: '12m',
      },
      {
        title: 'they drain',
        series: { [own('worker_exits_total', { outcome: 'drained' })]: '0 0 1 2 3 4 5+0x20' },
        at: '12m',
      },
    ],
  },
]
