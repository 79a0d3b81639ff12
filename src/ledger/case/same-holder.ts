/** What the configuration calls one holder, for a case. */
import { type DetectionRules, sharedHolderOf } from '../detect/rules.ts'
import type { SameHolder } from './material.ts'

/** The rules of `ledger.sharing`, as detection applies them. */
export function sameHolderBy(rules: DetectionRules): SameHolder {
  return (one, other, client) => sharedHolderOf(one, client, rules) === sharedHolderOf(other, client, rules)
}
