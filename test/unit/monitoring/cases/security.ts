import { type AlertCases, grows, INSTANCE, OWNER, own, stays } from './case.ts'

const ofClass = (cls: string): string => own('class_total', { route: 'api', class: cls })
const decided = (reason: string, verdict = 'deny', mode = 'enforce'): string =>
  own('decisions_total', { verdict, reason, mode })

export const ATTACK_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastStolenSessionSurge',
    labels: { ...OWNER, route: 'api', class: 'stolen', severity: 'page' },
    fires: { title: 'two a minute', series: { [ofClass('stolen')]: grows(2, 30) }, at: '15m' },
    silent: [
      {
        title: 'one in three minutes',
        series: { [ofClass('stolen')]: '0 0 0 1 1 1 2 2 2 3 3 3 4 4 4 5+0x9' },
        at: '15m',
      },
      { title: 'another class', series: { [ofClass('invalid')]: grows(50, 30) }, at: '15m' },
    ],
  },
  {
    alert: 'HoldfastReplaySurge',
    labels: { ...OWNER, route: 'api', class: 'replayed', severity: 'ticket' },
    fires: { title: 'three a minute', series: { [ofClass('replayed')]: grows(3, 30) }, at: '15m' },
    silent: [
      { title: 'one a minute', series: { [ofClass('replayed')]: grows(1, 30) }, at: '15m' },
      { title: 'clients that are late', series: { [ofClass('stale')]: grows(30, 30) }, at: '15m' },
    ],
  },
  {
    alert: 'HoldfastDenialSurge',
    labels: { ...OWNER, reason: 'proof_target_mismatch', severity: 'ticket' },
    fires: {
      title: 'sixty a minute where there was one',
      series: { [decided('proof_target_mismatch')]: '0+1x120 120+60x40' },
      at: '150m',
    },
    silent: [
      { title: 'as ever', series: { [decided('proof_target_mismatch')]: grows(60, 160) }, at: '150m' },
      { title: 'nonces after a start', series: { [decided('nonce_required')]: '0+1x120 120+60x40' }, at: '150m' },
      {
        title: 'an outage, which has objectives of its own',
        series: { [decided('replay_store_unavailable')]: '0+1x120 120+60x40' },
        at: '150m',
      },
    ],
  },
  {
    alert: 'HoldfastCertificateRotatedSurge',
    labels: { ...OWNER, severity: 'ticket' },
    fires: { title: 'three a minute', series: { [decided('certificate_rotated')]: grows(3, 60) }, at: '40m' },
    silent: [
      { title: 'one a minute', series: { [decided('certificate_rotated')]: grows(1, 60) }, at: '40m' },
      { title: 'a foreign certificate', series: { [decided('certificate_mismatch')]: grows(9, 60) }, at: '40m' },
    ],
  },
]

const observed = own('would_deny_total', { route: 'legacy', reason: 'token_unbound' })
const choice = own('insecure_allows_total', { choice: 'insecureAllow' })
const setting = own('insecure_setting_info', { setting: 'issuers[0].insecureHttp' })

export const OPEN_DOOR_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastFailOpen',
    labels: { ...OWNER, choice: 'insecureAllow', severity: 'page' },
    fires: { title: 'one request passed', series: { [choice]: '0 0 1+0x10' }, at: '4m' },
    silent: [
      { title: 'none did', series: { [choice]: stays(0, 10) }, at: '4m' },
      { title: 'long ago', series: { [choice]: '0 0 1+0x60' }, at: '40m' },
    ],
  },
  {
    alert: 'HoldfastInsecureSetting',
    labels: { ...OWNER, setting: 'issuers[0].insecureHttp', severity: 'info' },
    fires: { title: 'for more than an hour', series: { [setting]: stays(1, 90) }, at: '70m' },
    silent: [
      { title: 'not for long yet', series: { [setting]: stays(1, 90) }, at: '50m' },
      { title: 'taken away', series: { [setting]: '1+0x30 stale' }, at: '70m' },
    ],
  },
  {
    alert: 'HoldfastObserveTooLong',
    labels: { ...OWNER, route: 'legacy', severity: 'ticket' },
    fires: { title: 'for 14 days', series: { [observed]: stays(0, 400) }, interval: '1h', at: '340h' },
    silent: [
      { title: 'for 10 days', series: { [observed]: stays(0, 400) }, interval: '1h', at: '240h' },
      { title: 'it enforces now', series: { [observed]: '0+0x338 stale' }, interval: '1h', at: '340h' },
    ],
  },
  {
    alert: 'HoldfastConfigReloadFailed',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'it is refused again and again',
      series: { [own('config_reload_total', { outcome: 'failure' })]: grows(12, 20) },
      at: '8m',
    },
    silent: [
      { title: 'taken up', series: { [own('config_reload_total', { outcome: 'success' })]: grows(1, 20) }, at: '8m' },
      {
        title: 'mended long ago',
        series: { [own('config_reload_total', { outcome: 'failure' })]: '0 5+0x40' },
        at: '30m',
      },
    ],
  },
]
