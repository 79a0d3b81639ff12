/**
 * Whether a revocation may be written without `--yes`, from what the replicas say that it would cut off. Too many is more than
 * a share of the live sessions, over all replicas or at one of them; where the number cannot be had, the kinds that have no
 * natural bound are too many.
 */
import type { Heard } from '../adapters/redis/revocation/ask-reach.ts'
import type { Reach, Revocation } from '../check/revocation/revocation.ts'
import type { Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { printable } from './revocation-settings.ts'

export const DEFAULT_MAX_SHARE_PERCENT = 10
/** So few may always be cut off: a share of a few sessions means nothing. */
export const MAX_UNASKED_SESSIONS = 10
/** Who has watched for less has not seen all who come regularly. */
export const WATCHED_ENOUGH_SECONDS = 60
const NAMED = 5

export interface JudgedReach {
  /** What would be cut off, in words that follow "would cut off". */
  readonly told: string
  /** Why it needs `--yes`, in words that follow `told`; undefined: it does not. */
  readonly doubt: string | undefined
  /** For `--json`; null: nobody was asked. */
  readonly figures: ReachFigures | null
}

/** `matched` and `live` are sums over the replicas that answered, shares between 0 and 1. */
interface ReachFigures {
  readonly matched: number
  readonly live: number
  readonly share: number
  /** At the replica where it is largest. */
  readonly largestShare: number
  readonly answered: readonly string[]
  readonly silent: readonly string[]
}

type Named = Pick<Revocation, 'kind' | 'value'>

/** Names one session at most: nobody need be asked, and nothing is lost by not waiting. */
export function isOneSession({ kind }: Named): boolean {
  return kind === 'token' || kind === 'session'
}

/** May name any number of workloads or people, and does not tell how many. */
export function isBroad({ kind, value }: Named): boolean {
  return kind === 'issuer' || kind === 'trust-domain' || (kind === 'workload' && value.endsWith('/*'))
}

/** Of a broad kind in the watched file. */
export const UNKNOWN_IN_FILE = {
  told: 'an unknown number of live sessions (a file has nobody to ask)',
  doubt: '',
  figures: null,
} as const

/** What is wrong with `--max-share`. */
export function faultOfShare(text: string | undefined): string | undefined {
  const fits = text === undefined || (/^\d{1,3}(?:\.\d{1,3})?$/.test(text) && Number(text) <= 100)
  return fits ? undefined : '--max-share is no percentage from 0 to 100, such as 10 or 2.5'
}

export function judgeReach(revocation: Named, { answers, silent }: Heard, maxSharePercent: number): JudgedReach {
  const reaches = [...answers.values()]
  const all = sumOf(reaches)
  // Alone a replica counts only with so many: else the sidecar of one client would lose all of its sessions with that client.
  const tooMany = [all, ...reaches].some(
    ({ matched, live }) => matched > MAX_UNASKED_SESSIONS && matched * 100 > maxSharePercent * live,
  )
  const young = reaches.filter(({ watchedSeconds }) => watchedSeconds < WATCHED_ENOUGH_SECONDS).length
  const complete = answers.size > 0 && silent.length === 0 && young === 0
  const unbounded = answers.size === 0 ? '' : ', maybe more'
  return {
    told: tell(all, reaches, silent, young),
    doubt: tooMany ? `, more than ${maxSharePercent} %` : !complete && isBroad(revocation) ? unbounded : undefined,
    figures: {
      matched: all.matched,
      live: all.live,
      share: shareOf(all),
      largestShare: Math.max(0, ...reaches.map(shareOf)),
      answered: [...answers.keys()].map(printable),
      silent: silent.map(printable),
    },
  }
}

/** Says what it would cut off and how to go on; the exit code. */
export function needsYes(
  command: string,
  { told, doubt, figures }: JudgedReach & { readonly doubt: string },
  { json, io }: { readonly json: boolean; readonly io: Io },
): number {
  if (json) io.out(`${JSON.stringify({ written: false, reach: figures }, null, 2)}\n`)
  io.err(`holdfast ${command}: would cut off ${told}${doubt}; add --yes to go on, nothing was changed\n`)
  return EXIT.notSo
}

function tell(all: Reach, reaches: readonly Reach[], silent: readonly string[], young: number): string {
  const unheard = silent.length === 0 ? [] : [`no answer from ${nameSome(silent.map(printable))}`]
  const total = reaches.length + silent.length
  if (total === 0) return 'an unknown number of live sessions (no replica answered)'
  if (reaches.length === 0) return `an unknown number of live sessions (${unheard.join()})`
  const largest = Math.max(...reaches.map(shareOf))
  const parts = [
    ...(all.live === 0 ? [] : [percent(shareOf(all))]),
    ...(percent(largest) === percent(shareOf(all)) ? [] : [`at one replica ${percent(largest)}`]),
    `as ${reaches.length} of ${total} replicas see them`,
    ...(young === 0 ? [] : [`${young} of these for less than ${WATCHED_ENOUGH_SECONDS} s`]),
    ...unheard,
  ]
  return `${count(all.matched)} of ${count(all.live)} live sessions (${parts.join(', ')})`
}

function sumOf(reaches: readonly Reach[]): Reach {
  const sum = (name: keyof Reach): number => reaches.reduce((total, reach) => total + reach[name], 0)
  return { matched: sum('matched'), live: sum('live'), watchedSeconds: 0 }
}

function shareOf({ matched, live }: Reach): number {
  return live === 0 ? 0 : matched / live
}

function nameSome(names: readonly string[]): string {
  const more = names.length - NAMED
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ')
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

/** `40 %`, `2.5 %`, `under 0.1 %`. */
function percent(share: number): string {
  return share > 0 && share < 0.001 ? 'under 0.1 %' : `${Number((share * 100).toFixed(1))} %`
}
