/** What the store needs of a connection to a server that is kept up, and of all of them. */
import type { Connection } from './connection.ts'
import type { Epochs } from './epochs.ts'
import type { PendingMark } from './pending-mark.ts'
import type { VouchOptions } from './vouch.ts'

export interface LinkState {
  readonly connected: boolean
  /** Constant words for what is wrong, or `connected`. */
  readonly detail: string
  /** Why marks are refused although the connection serves, until one is taken again; constant words. */
  readonly refusing: string | undefined
  /** As last seen; empty before. */
  readonly role: string
  readonly evictionPolicy: string
  readonly clockDifferenceMs: number
}

export interface LinkOptions extends VouchOptions {
  readonly open: (attempt: number, signal: AbortSignal) => Promise<Connection>
  readonly epochs: Epochs
  readonly commandTimeoutMs: number
  readonly onChange: () => void
  /** The memory of a tag was lost: its fence has risen. */
  readonly onFenced: () => void
  /** A slot is served elsewhere. */
  readonly onMisplaced: () => void
}

export interface Link {
  /** Settles the mark within the command timeout, whatever happens. */
  mark(mark: PendingMark): void
  /** Connects, and keeps doing so until `stop`. */
  start(): void
  /** Which tags this server has to vouch for; the connection is looked at anew when there are more of them. */
  serve(tags: readonly string[]): void
  /** Marks of this tag are served now. */
  vouchesFor(tag: string): boolean
  state(): LinkState
  stop(): void
}

/** The servers, as the store needs them. */
export interface Links {
  linkOf(tag: string): Link | undefined
  all(): readonly Link[]
  start(): void
  stop(): void
}
