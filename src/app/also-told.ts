/** Several observers of one decision. */
import type { CheckObserver } from '../check/observer.ts'

/** `observer`, and beside it `other` is told of each decision. */
export function alsoTold(observer: CheckObserver, other: Pick<CheckObserver, 'decided'>): CheckObserver {
  return {
    ...observer,
    decided(event) {
      observer.decided(event)
      other.decided(event)
    },
  }
}
