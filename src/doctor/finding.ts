/** What the doctor says: one sentence of what was seen at one subject, and how to mend it. */
import type { CheckId } from './catalogue.ts'

/** `unknown`: it cannot be told from here; the mend says what to grant, or where to look. */
export type Status = 'ok' | 'warning' | 'failed' | 'unknown'

export interface Finding {
  readonly id: CheckId
  readonly status: Status
  /** Which server, file, issuer or route; undefined where there is one only. */
  readonly subject: string | undefined
  readonly seen: string
  /** A command or a setting; undefined when nothing needs it. */
  readonly mend: string | undefined
  /** A dependency did not answer, or not in words that we know, so what depends on it was not looked at. */
  readonly unreachable: boolean
}

/** A finding without its id and subject. */
export type Judgement = Omit<Finding, 'id' | 'subject'>

/** Nothing to mend. */
export function good(seen: string): Judgement {
  return { status: 'ok', seen, mend: undefined, unreachable: false }
}

/** It works, and should be mended. */
export function warning(seen: string, mend: string): Judgement {
  return { status: 'warning', seen, mend, unreachable: false }
}

/** It does not work, or does not protect. */
export function failed(seen: string, mend: string): Judgement {
  return { status: 'failed', seen, mend, unreachable: false }
}

/** It cannot be told; the mend says what would tell. */
export function unknown(seen: string, mend: string): Judgement {
  return { status: 'unknown', seen, mend, unreachable: false }
}

/** Failed, for want of an answer. */
export function unreachable(seen: string, mend: string): Judgement {
  return { status: 'failed', seen, mend, unreachable: true }
}

/** A judgement under its id; `subject` as in Finding. */
export function at(id: CheckId, subject: string | undefined, judgement: Judgement): Finding {
  return { id, subject, ...judgement }
}

/** A few by name, the rest as a number. */
export function listed(names: readonly string[], most = 5): string {
  const rest = names.length - most
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ')
}

/** `1 server`, `2 servers`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}
