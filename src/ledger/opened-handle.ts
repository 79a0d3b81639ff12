/** The sealed handle of a session, opened: what a list of revocations knows the session by. */
import type { Identifiers } from './identifiers.ts'
import type { SessionRecord } from './session-record.ts'

/** `hash`: the token has neither sid nor jti, and no issuer narrows it. */
export interface OpenedHandle {
  readonly kind: 'sid' | 'jti' | 'hash'
  readonly value: string
}

/** Undefined when it was sealed with another secret. */
export function openHandle(
  { id, issuer, handle, tokens }: SessionRecord,
  names: Pick<Identifiers, 'open' | 'token'>,
): OpenedHandle | undefined {
  const value = names.open(id, issuer, handle)
  if (value === undefined) return undefined
  if (handle.kind === 'session') return { kind: 'sid', value }
  return { kind: tokens.some(({ token }) => token === names.token(value)) ? 'hash' : 'jti', value }
}
