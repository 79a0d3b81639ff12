/** Several observers of one decision. */
import type { CheckObserver } from '../check/observer.ts'

type Told = Pick<CheckObserver, 'decided'>

/** `observer`, and behind it those of `others` that there are, are told of each decision. */
export function alsoTold(observer: CheckObserver, ...others: readonly (Told | undefined)[]): CheckObserver {
  const all = others.filter((other) => other !== undefined)
  if (all.length === 0) return observer
  return {
    ...observer,
    decided(event) {
      observer.decided(event)
      for (const other of all) other.decided(event)
    },
  }
}
