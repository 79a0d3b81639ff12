/** The case of one identifier: what the ledger knows of it, judged. Plain data: the same for text, JSON, Markdown and console. */
import type { Incident } from '../incident.ts'
import type { Relation } from '../ledger-store.ts'
import type { Sender } from '../sender.ts'
import type { SessionRecord } from '../session-record.ts'

/** What a session can be called, in the order of what a responder has to know first. */
export const FINDINGS = [
  'cloned',
  'stolen',
  'forwarded',
  'replayed',
  'transplanted',
  'revoked use',
  'downgraded',
  'stale use',
  'concurrent use',
  'drifted',
  'repeated by its own sender',
  'created here',
  'first seen late',
  'first seen from another peer',
  'nothing known',
] as const

export type FindingName = (typeof FINDINGS)[number]

export interface Finding {
  readonly name: FindingName
  /** `none`: nothing speaks of impersonation. */
  readonly confidence: 'proven' | 'suspected' | 'none'
  /** True where somebody is accused: for `none` and for a repetition by the same sender it is not. */
  readonly accuses: boolean
  /** One sentence for people. */
  readonly sentence: string
}

export interface Case {
  /** What was asked for, as it may be shown: a token is its hash. */
  readonly asked: { readonly kind: string; readonly value: string }
  readonly madeAtMs: number
  readonly finding: Finding
  readonly evidenceFor: readonly string[]
  readonly evidenceAgainst: readonly string[]
  /** What is missing: gaps of the ledger, retention, lists that overflowed, entries that could not be read. Empty: nothing is known to be. */
  readonly missing: readonly string[]
  /** The two senders side by side, where there are two: holder (or first) left, the other right. */
  readonly senders: { readonly left: SenderColumn; readonly right: SenderColumn } | undefined
  readonly timeline: readonly TimelineEntry[]
  /** The sessions that the case is about. */
  readonly sessions: readonly SessionRecord[]
  readonly incidents: readonly Incident[]
  /** What the same identity, key or workload still has alive, and by what it hangs together. */
  readonly alive: readonly Alive[]
  /** True where `alive` is cut off. */
  readonly aliveMore: boolean
  readonly revoked: readonly Revoked[]
  /** Commands for a shell, the narrowest first, each with what it cuts off. */
  readonly commands: readonly { readonly command: string; readonly cutsOff: string }[]
  readonly labels: Labels
  /** Where was looked. */
  readonly searched: readonly { readonly relation: Relation; readonly value: string; readonly found: number }[]
}

export interface Revoked {
  readonly id: string
  readonly kind: string
  /** When it was first seen: as a refusal, or as containment; else when the case was made. */
  readonly atMs: number
  /** Whether it stands in the list of revocations; absent where that is not known. */
  readonly inForce?: boolean
}

export interface SenderColumn {
  readonly title: string
  readonly sender: Sender | undefined
  /** Where only the hash of a sender is known. */
  readonly hash: string | undefined
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  readonly count: number | undefined
}

export interface TimelineEntry {
  readonly atMs: number
  /** In which column of `senders` it stands; `both` for what is about the session itself. */
  readonly side: 'left' | 'right' | 'both'
  readonly what: string
}

export interface Alive {
  readonly session: SessionRecord
  /** By what it is related to the case. */
  readonly by: readonly Relation[]
}

export interface Labels {
  /** MITRE ATT&CK techniques, OWASP NHI items, CSF 2.0 subcategories, tenets of SP 800-207 §2.1 (numbers). */
  readonly attack: readonly string[]
  readonly nhi: readonly string[]
  readonly csf: readonly string[]
  readonly sp800207: readonly number[]
}
