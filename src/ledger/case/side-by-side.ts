/** The two senders of the finding beside one another, with what is known of the use that each made of the sessions. */
import { holderOf, type Sender, type SenderTally } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Case, FindingName, SenderColumn } from './case.ts'
import type { Parties } from './parties.ts'
import type { Weighed } from './weigh.ts'

const LEFT_TITLES: Readonly<Record<string, string>> = {
  'first user': 'First user of the proof',
  holder: 'Holder',
  'sender before': 'Sender before',
  'other sender': 'One sender',
}

const RIGHT_TITLES: Readonly<Partial<Record<FindingName, string>>> = {
  cloned: 'Other user of the key',
  stolen: 'Without what it is bound to',
  forwarded: 'Who brought it',
  replayed: 'Who sent it again',
  transplanted: 'Who carried it over',
  'concurrent use': 'The other sender',
}

/** Undefined where there are not two. */
export function sideBySide(weighed: Weighed | undefined, sessions: readonly SessionRecord[]): Case['senders'] {
  if (weighed === undefined) return undefined
  const { name, parties, incident } = weighed
  const { left, hash, right } = parties
  if (!areTwo(parties)) return undefined
  const of = sessions.filter(({ id }) => incident.session === undefined || id === incident.session)
  const tallies = of.flatMap(({ senders }) => senders)
  const firstUseMs = incident.counterpart?.atMs
  return {
    left: {
      ...columnOf(LEFT_TITLES[parties.leftRole] ?? 'Holder', left, hash, tallies),
      ...(left ? {} : spanOf(firstUseMs)),
    },
    right: columnOf(RIGHT_TITLES[name] ?? 'Who used it', right, undefined, tallies),
  }
}

/** A sender and itself are not shown as two; two pods of one workload are, when their addresses differ. */
function areTwo({ left, hash, right }: Parties): boolean {
  if (left === undefined) return hash !== undefined
  return left.peer !== right.peer || left.certificate !== right.certificate || left.address !== right.address
}

function spanOf(atMs: number | undefined): Pick<SenderColumn, 'firstMs' | 'lastMs'> {
  return { firstMs: atMs, lastMs: atMs }
}

function columnOf(
  title: string,
  sender: Sender | undefined,
  hash: string | undefined,
  tallies: readonly SenderTally[],
): SenderColumn {
  const own = sender === undefined ? [] : ownTallies(sender, tallies)
  if (own.length === 0) return { title, sender, hash, firstMs: undefined, lastMs: undefined, count: undefined }
  return {
    title,
    sender,
    hash,
    firstMs: Math.min(...own.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...own.map(({ lastMs }) => lastMs)),
    count: own.reduce((sum, { count }) => sum + count, 0),
  }
}

/** Of this very sender; where it was never seen so, of its holder: a workload with another address. */
function ownTallies(sender: Sender, tallies: readonly SenderTally[]): readonly SenderTally[] {
  const exact = tallies.filter((tally) => isSame(tally, sender))
  return exact.length > 0 ? exact : tallies.filter((tally) => holderOf(tally) === holderOf(sender))
}

function isSame(one: Sender, other: Sender): boolean {
  return one.peer === other.peer && one.certificate === other.certificate && one.address === other.address
}

/** In which column a sender stands. */
export function sideOf(sender: Sender, senders: Case['senders']): 'left' | 'right' | 'both' {
  const stands = (column: SenderColumn | undefined): boolean =>
    column?.sender !== undefined && isSame(column.sender, sender)
  const belongs = (column: SenderColumn | undefined): boolean =>
    column?.sender !== undefined && holderOf(column.sender) === holderOf(sender)
  if (senders === undefined) return 'both'
  if (stands(senders.right)) return 'right'
  if (stands(senders.left)) return 'left'
  const [left, right] = [belongs(senders.left), belongs(senders.right)]
  return left === right ? 'both' : left ? 'left' : 'right'
}
