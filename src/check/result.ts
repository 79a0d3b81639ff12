/** A value, or the error that stood in its way. Refusals are values: under attack they are the hot path. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function errorOf<E>(result: Result<unknown, E>): E | undefined {
  return result.ok ? undefined : result.error
}
