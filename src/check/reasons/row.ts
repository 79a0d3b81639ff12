/** The shape of one row of the table of reasons. */
export type Answer = 'proof' | 'token' | 'nonce' | 'none' | 'request' | 'scope' | 'policy' | 'unavailable'

/** What a reason says about impersonation. `none` is for refusals that say nothing (a first nonce, a missing scope). */
export type Class =
  | 'replayed'
  | 'stolen'
  | 'forwarded'
  | 'transplanted'
  | 'downgraded'
  | 'cloned'
  | 'revoked'
  | 'stale'
  | 'unbound'
  | 'invalid'
  | 'unavailable'
  | 'none'

export interface ReasonRow {
  readonly class: Class
  readonly answer: Answer
  /** Fixed text for `error_description` and the body: nothing of the request, no quote, no backslash (RFC 6750 §3). */
  readonly publicText: string
  /** What it means and what to do, for operators (docs/reasons.md is generated from this). */
  readonly meaning: string
  /** MITRE ATT&CK techniques (catalogue v18); tactics are derived from the catalogue, never stored. */
  readonly attack: readonly string[]
  /** OWASP Non-Human Identities Top 10 (2025) items. */
  readonly nhi: readonly string[]
  /** NIST CSF 2.0 subcategories. */
  readonly csf: readonly string[]
}

export function row(
  cls: Class,
  answer: Answer,
  publicText: string,
  meaning: string,
  attack: readonly string[] = [],
  nhi: readonly string[] = [],
  csf: readonly string[] = [],
): ReasonRow {
  return { class: cls, answer, publicText, meaning, attack, nhi, csf }
}

/** Labels shared by many rows: a stolen token in use, and a forged one. */
export const USE_STOLEN = ['T1550.001'] as const
export const FORGE = ['T1606'] as const
