import { type AlertCases, grows, INSTANCE, OWNER, own, seriesOf, stays } from './case.ts'

const operations = (outcome: string): string =>
  own('store_operations_total', { store: 'redis', operation: 'mark_first_use', outcome })
const bucket = (le: string): string =>
  seriesOf('holdfast_store_operation_duration_seconds_bucket', { ...INSTANCE, store: 'redis', outcome: 'first', le })
const fence = own('replay_fence_timestamp_seconds')
const reloads = own('config_reload_total', { outcome: 'success' })

export const STORE_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastReplayStoreDown',
    labels: { ...OWNER, severity: 'page' },
    fires: {
      title: 'one of two replicas has lost it',
      series: { [own('store_degraded')]: stays(1, 10), [own('store_degraded', { instance: 'b' })]: stays(0, 10) },
      at: '4m',
    },
    silent: [
      { title: 'it is there', series: { [own('store_degraded')]: stays(0, 10) }, at: '4m' },
      { title: 'it was away for a minute', series: { [own('store_degraded')]: '0 1 0+0x10' }, at: '4m' },
    ],
  },
  {
    alert: 'HoldfastReplayStoreDegraded',
    labels: { ...OWNER, severity: 'ticket' },
    fires: {
      title: 'two marks in a hundred fail',
      series: { [operations('first')]: grows(98, 40), [operations('unavailable')]: grows(2, 40) },
      at: '25m',
    },
    silent: [
      {
        title: 'one in a thousand does',
        series: { [operations('first')]: grows(999, 40), [operations('unavailable')]: grows(1, 40) },
        at: '25m',
      },
      { title: 'nothing is marked', series: { [operations('unavailable')]: stays(4, 40) }, at: '25m' },
    ],
  },
  {
    alert: 'HoldfastReplayStoreSlow',
    labels: { ...OWNER, severity: 'ticket' },
    fires: {
      title: 'two marks in a hundred take longer than 10 ms',
      series: {
        [operations('first')]: grows(100, 40),
        [bucket('0.01')]: grows(98, 40),
        [bucket('0.025')]: grows(100, 40),
        [bucket('+Inf')]: grows(100, 40),
      },
      at: '30m',
    },
    silent: [
      {
        title: 'one in a thousand does',
        series: {
          [operations('first')]: grows(1000, 40),
          [bucket('0.01')]: grows(999, 40),
          [bucket('0.025')]: grows(1000, 40),
          [bucket('+Inf')]: grows(1000, 40),
        },
        at: '30m',
      },
      {
        title: 'slow, but hardly asked',
        series: {
          [operations('first')]: grows(1, 40),
          [bucket('0.01')]: stays(0, 40),
          [bucket('0.025')]: grows(1, 40),
          [bucket('+Inf')]: grows(1, 40),
        },
        at: '30m',
      },
    ],
  },
  {
    alert: 'HoldfastReplayMemoryLost',
    labels: { ...OWNER, severity: 'ticket' },
    fires: { title: 'a mark found it changed', series: { [operations('fenced')]: '0 0 1+0x20' }, at: '6m' },
    silent: [
      { title: 'proofs used twice', series: { [operations('replayed')]: grows(3, 20) }, at: '6m' },
      { title: 'long ago', series: { [operations('fenced')]: '0 0 1+0x60' }, at: '50m' },
    ],
  },
  {
    alert: 'HoldfastReplayMemoryLost',
    labels: { ...OWNER, severity: 'ticket' },
    fires: {
      title: 'the fence rose with a new connection',
      series: { [fence]: '100+0x14 200+0x20', [reloads]: stays(1, 40) },
      at: '18m',
    },
    silent: [
      {
        title: 'the fence rose with a changed configuration',
        series: { [fence]: '100+0x14 200+0x20', [reloads]: '1+0x14 2+0x20' },
        at: '18m',
      },
      { title: 'a start', series: { [fence]: '_x12 100+0x20' }, at: '18m' },
      { title: 'a first connection to Redis', series: { [fence]: 'Inf+0x14 100+0x20' }, at: '18m' },
    ],
  },
  {
    alert: 'HoldfastFenceRaised',
    labels: { ...INSTANCE, severity: 'info' },
    fires: { title: 'it rose while running', series: { [fence]: '100+0x14 200+0x20' }, at: '18m' },
    silent: [
      { title: 'it stands', series: { [fence]: stays(100, 40) }, at: '18m' },
      { title: 'a start', series: { [fence]: '_x12 100+0x20' }, at: '18m' },
      { title: 'a first connection to Redis', series: { [fence]: 'Inf+0x14 100+0x20' }, at: '18m' },
    ],
  },
]
