/** Times in which something was not written down. */
import type { Gap } from '../../../ledger/ledger-store.ts'
import { fromOctets, membersOf, toOctets } from './entries.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'

const KEPT = 100

/** Rejects with ListTrouble. */
export async function saveGap(link: LedgerLink, { gaps }: LedgerKeys, gap: Gap, lifeSeconds: number): Promise<void> {
  const text = JSON.stringify([gap.fromMs, gap.toMs, gap.dropped, gap.by])
  await link.ask([
    ['rpush', gaps, toOctets(text)],
    ['ltrim', gaps, String(-KEPT), '-1'],
    ['expire', gaps, String(lifeSeconds)],
  ])
}

/** The last hundred, in their order. Rejects with ListTrouble. */
export async function readGaps(link: LedgerLink, { gaps }: LedgerKeys): Promise<readonly Gap[]> {
  const [reply] = await link.ask([['lrange', gaps, '0', '-1']])
  return (membersOf(reply) ?? []).map(fromOctets).flatMap((text) => parseGap(text) ?? [])
}

function parseGap(text: string): Gap | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(value) || value.length !== 4) return undefined
  const [fromMs, toMs, dropped, by]: readonly unknown[] = value
  const isNumber = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one)
  if (!isNumber(fromMs) || !isNumber(toMs) || !isNumber(dropped) || typeof by !== 'string') return undefined
  return { fromMs, toMs, dropped, by }
}
