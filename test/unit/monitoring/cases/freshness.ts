import { type AlertCases, grows, INSTANCE, ofProcess, own, stays } from './case.ts'

const decided = (reason: string): string => own('decisions_total', { verdict: 'deny', reason, mode: 'enforce' })
const checks = own('route_decisions_total', { route: 'api', verdict: 'allow' })
const refreshed = (outcome: string): string =>
  own('issuer_keys_refresh_total', { issuer: 'https://issuer.example', outcome })
const age = (le: string): string => ofProcess('holdfast_proof_age_seconds_bucket', { le })
const ages = ofProcess('holdfast_proof_age_seconds_count')
const lag = own('revocation_lag_seconds')
const sync = own('revocation_last_sync_timestamp_seconds')

export const FRESHNESS_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastRevocationStale',
    labels: { ...INSTANCE, severity: 'page' },
    fires: { title: 'requests are refused for it', series: { [decided('revocation_stale')]: grows(2, 20) }, at: '8m' },
    silent: [
      { title: 'other refusals', series: { [decided('revoked')]: grows(2, 20) }, at: '8m' },
      {
        title: 'the list was read',
        series: { [own('component_ready', { component: 'revocations' })]: stays(1, 20) },
        at: '8m',
      },
      { title: 'an old list that did not change', series: { [sync]: stays(0, 20) }, at: '8m' },
    ],
  },
  {
    alert: 'HoldfastRevocationSlow',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'the newest took a minute',
      series: { [lag]: '0+0x10 60+0x20', [sync]: '100+0x10 700+0x20' },
      at: '15m',
    },
    silent: [
      {
        title: 'it took two seconds',
        series: { [lag]: '0+0x10 2+0x20', [sync]: '100+0x10 700+0x20' },
        at: '15m',
      },
      { title: 'that was long ago', series: { [lag]: stays(60, 90), [sync]: stays(100, 90) }, at: '60m' },
    ],
  },
  {
    alert: 'HoldfastIssuerKeysStale',
    labels: { ...INSTANCE, issuer: 'https://issuer.example', severity: 'ticket' },
    fires: {
      title: 'each reading fails',
      series: { [refreshed('failure')]: grows(1, 90), [refreshed('success')]: stays(3, 90) },
      at: '20m',
    },
    silent: [
      {
        title: 'one fails, the next does not',
        series: { [refreshed('failure')]: '0 0 1+0x90', [refreshed('success')]: '3 3 3 4+0x90' },
        at: '20m',
      },
      {
        title: 'a file that does not change',
        series: { [refreshed('failure')]: stays(0, 90), [refreshed('success')]: stays(1, 90) },
        at: '80m',
      },
      {
        title: 'the keys are there',
        series: { [own('component_ready', { component: 'jwks:https://issuer.example' })]: stays(1, 90) },
        at: '20m',
      },
    ],
  },
  {
    alert: 'HoldfastClockSkew',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'a third of the proofs is dated 2 s ahead',
      series: { [checks]: grows(60, 40), [age('-2')]: grows(20, 40), [ages]: grows(60, 40) },
      at: '30m',
    },
    silent: [
      {
        title: 'one in twenty is',
        series: { [checks]: grows(60, 40), [age('-2')]: grows(3, 40), [ages]: grows(60, 40) },
        at: '30m',
      },
      {
        title: 'too few checks to tell',
        series: { [checks]: grows(6, 40), [age('-2')]: grows(2, 40), [ages]: grows(6, 40) },
        at: '30m',
      },
    ],
  },
]

/** The other ways into the same alerts. */
export const MORE_FRESHNESS_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastRevocationStale',
    labels: { ...INSTANCE, severity: 'page' },
    fires: {
      title: 'the list was never read',
      series: { [own('component_ready', { component: 'revocations:shared' })]: stays(0, 20) },
      at: '8m',
    },
    silent: [],
  },
  {
    alert: 'HoldfastRevocationStale',
    labels: { ...INSTANCE, severity: 'page' },
    fires: {
      title: 'requests pass by choice',
      series: { [own('insecure_allows_total', { choice: 'insecureStaleRevocations' })]: grows(2, 20) },
      at: '8m',
    },
    silent: [
      {
        title: 'by another choice',
        series: { [own('insecure_allows_total', { choice: 'insecureMemory' })]: grows(2, 20) },
        at: '8m',
      },
    ],
  },
  {
    alert: 'HoldfastIssuerKeysStale',
    labels: { ...INSTANCE, component: 'jwks:https://issuer.example', severity: 'ticket' },
    fires: {
      title: 'no good set is left',
      series: { [own('component_ready', { component: 'jwks:https://issuer.example' })]: stays(0, 30) },
      at: '15m',
    },
    silent: [],
  },
  {
    alert: 'HoldfastClockSkew',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'many are refused for their date; an edge as Prometheus 3 writes it',
      series: { [checks]: grows(60, 40), [decided('proof_future')]: grows(9, 40), [age('-2.0')]: stays(0, 40) },
      at: '30m',
    },
    silent: [],
  },
  {
    alert: 'HoldfastClockSkew',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'dated ahead, with the edge as Prometheus 3 writes it',
      series: { [checks]: grows(60, 40), [age('-2.0')]: grows(20, 40), [ages]: grows(60, 40) },
      at: '30m',
    },
    silent: [],
  },
]
