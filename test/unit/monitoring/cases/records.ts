import { type AlertCases, grows, INSTANCE, OWNER, own, stays } from './case.ts'

const incident = (cls: string, confidence = 'proven'): string => own('incidents_total', { class: cls, confidence })
const contained = (outcome: string): string => own('containments_total', { revoke: 'session', outcome })
const ONCE = '0 0 1+0x60'
const written = own('ledger_last_success_timestamp_seconds')
const queue = own('ledger_queue')

export const RECORD_CASES: readonly AlertCases[] = [
  {
    alert: 'HoldfastKeyCloned',
    labels: { ...OWNER, class: 'cloned', severity: 'page' },
    fires: { title: 'one clone', series: { [incident('cloned')]: ONCE }, at: '4m' },
    silent: [
      { title: 'a stolen token', series: { [incident('stolen')]: ONCE }, at: '4m' },
      { title: 'long ago', series: { [incident('cloned')]: ONCE }, at: '55m' },
    ],
  },
  {
    alert: 'HoldfastSessionStolen',
    labels: { ...OWNER, class: 'forwarded', severity: 'ticket' },
    fires: { title: 'one forwarded', series: { [incident('forwarded')]: ONCE }, at: '4m' },
    silent: [
      { title: 'suspected only', series: { [incident('stolen', 'suspected')]: ONCE }, at: '4m' },
      { title: 'another class', series: { [incident('stale')]: grows(5, 20) }, at: '4m' },
    ],
  },
  {
    alert: 'HoldfastConcurrentUse',
    labels: { ...OWNER, class: 'concurrent', severity: 'info' },
    fires: { title: 'suspected', series: { [incident('concurrent', 'suspected')]: ONCE }, at: '4m' },
    silent: [
      { title: 'drift', series: { [incident('drifted', 'suspected')]: ONCE }, at: '4m' },
      { title: 'none', series: { [incident('concurrent', 'suspected')]: stays(3, 20) }, at: '4m' },
    ],
  },
  {
    alert: 'HoldfastContainmentWithheld',
    labels: { ...OWNER, outcome: 'braked', severity: 'page' },
    fires: { title: 'braked once', series: { [contained('braked')]: ONCE }, at: '4m' },
    silent: [
      { title: 'contained', series: { [contained('done')]: grows(2, 20) }, at: '4m' },
      { title: 'long ago', series: { [contained('braked')]: ONCE }, at: '40m' },
    ],
  },
  {
    alert: 'HoldfastLedgerDrops',
    labels: { ...OWNER, severity: 'ticket' },
    fires: { title: 'some are lost', series: { [own('ledger_dropped_total')]: '0 0 7+0x60' }, at: '4m' },
    silent: [
      { title: 'none are', series: { [own('ledger_dropped_total')]: stays(7, 20) }, at: '4m' },
      { title: 'long ago', series: { [own('ledger_dropped_total')]: '0 0 7+0x60' }, at: '40m' },
    ],
  },
  {
    alert: 'HoldfastLedgerNotWritten',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: {
      title: 'it never was, and something waits',
      series: { [written]: stays(0, 20), [queue]: stays(4, 20) },
      at: '9m',
    },
    silent: [
      { title: 'nothing waits', series: { [written]: stays(0, 20), [queue]: stays(0, 20) }, at: '9m' },
      { title: 'it is written', series: { [written]: '0+60x20', [queue]: stays(4, 20) }, at: '9m' },
      { title: 'not for long yet', series: { [written]: '0+60x8 480+0x20', [queue]: stays(4, 20) }, at: '11m' },
    ],
  },
  {
    alert: 'HoldfastAuditFailing',
    labels: { ...INSTANCE, severity: 'ticket' },
    fires: { title: 'for 7 minutes', series: { [own('audit_failing')]: stays(1, 20) }, at: '7m' },
    silent: [
      { title: 'it is written', series: { [own('audit_failing')]: stays(0, 20) }, at: '7m' },
      { title: 'for 2 minutes', series: { [own('audit_failing')]: '0 1 1 0+0x20' }, at: '7m' },
    ],
  },
  {
    alert: 'HoldfastAuditDrops',
    labels: { ...OWNER, severity: 'ticket' },
    fires: { title: 'some are lost', series: { [own('audit_dropped_total')]: '0 0 7+0x60' }, at: '4m' },
    silent: [{ title: 'none are', series: { [own('audit_dropped_total')]: stays(7, 20) }, at: '4m' }],
  },
]
