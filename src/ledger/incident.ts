/** What was found wrong with the use of a session: by a verdict, or by what the ledger put together. */
import type { Reason } from '../check/reasons.ts'
import type { Sender } from './sender.ts'

/** Those of the reasons that say something about impersonation, and two that only the ledger sees. */
export const INCIDENT_CLASSES = [
  'replayed',
  'stolen',
  'forwarded',
  'transplanted',
  'downgraded',
  'cloned',
  'revoked',
  'stale',
  'concurrent',
  'drifted',
] as const

export type IncidentClass = (typeof INCIDENT_CLASSES)[number]

export interface Incident {
  /** Sorts by time: milliseconds in base 36 (9 characters), `-`, 8 random characters of base 36. */
  readonly id: string
  readonly class: IncidentClass
  readonly confidence: 'proven' | 'suspected'
  /** What proves it, or what it is suspected by: one plain sentence of constant words, no text of the request. */
  readonly by: string
  /** First and last time; alike ones within a minute are one incident. */
  readonly atMs: number
  readonly lastMs: number
  readonly count: number
  /** `denied`: stopped. `let_pass`: the route observes. `allowed`: nothing was refused, the ledger put it together. */
  readonly outcome: 'denied' | 'let_pass' | 'allowed'
  /** Of the verdict; undefined where the ledger put it together. */
  readonly reason: Reason | undefined
  /** Of the first decision. */
  readonly decisionId: string | undefined
  readonly route: string | undefined
  /** `SessionRecord.id`; undefined where no token was verified. */
  readonly session: string | undefined
  /** Keyed hash, as in `TokenName`. */
  readonly token: string | undefined
  readonly issuer: string | undefined
  /** As in `SessionRecord`. */
  readonly subject: string | undefined
  readonly client: string | undefined
  readonly holder: string | undefined
  /** RFC 7638 thumbprint that the token is bound to. */
  readonly key: string | undefined
  /** RFC 7638 thumbprint of the other key that signed, on `stolen`. */
  readonly foreignKey: string | undefined
  /** Who brought it. */
  readonly sender: Sender
  /**
   * The other sender, where there are two: the first user of the proof, the holder, the one before. Where only its hash is
   * known (mark of a proof, `senderHash`), `Counterpart.hash` alone.
   */
  readonly counterpart: Counterpart | undefined
  readonly revocation: { readonly id: string; readonly kind: string } | undefined
  /** What was revoked automatically because of it. */
  readonly contained: { readonly id: string; readonly kind: string } | undefined
}

export interface Counterpart {
  /** What it is to the session. */
  readonly role: 'first user' | 'holder' | 'sender before' | 'other sender'
  readonly sender: Sender | undefined
  /** `senderHash` of replay-key.ts, hex: eight bytes over peer and address. */
  readonly hash: string | undefined
  readonly atMs: number | undefined
}
