/**
 * Whether a case says what happened: the finding, how sure it is, whom it accuses, and that it tells the two senders apart.
 * Judged by what the drill knows of its own deeds, not by what the ledger knows.
 */
import type { Case, Finding, SenderColumn } from '../../ledger/case/case.ts'
import { spiffeIdOf } from '../world/workloads.ts'
import { thumbprintOf, type World } from '../world/world.ts'
import type { ExpectedCase, Place } from './expected-case.ts'

export interface CaseVerdict {
  readonly right: boolean
  /** True where honest use is accused, or the holder in place of the thief. */
  readonly falseAccusation: boolean
  /** For the table: `stolen, proven`. */
  readonly says: string
  /** What is not as expected, in words. */
  readonly fault: string | undefined
}

/** `honest`: nobody may be accused, whatever else is expected. */
export function judgeCase(expected: ExpectedCase, honest: boolean, found: Case, world: World): CaseVerdict {
  const { finding, senders } = found
  const says = caseWords(finding)
  const accused = finding.accuses ? senders?.right : undefined
  const holder = expected.senders?.left
  const falseAccusation =
    (finding.accuses && honest) || (accused !== undefined && holder !== undefined && isAt(accused, holder, world))
  const fault = falseAccusation
    ? `accuses ${honest ? 'honest use' : 'the holder'}: ${says}`
    : faultOf(expected, found, world)
  return { right: fault === undefined, falseAccusation, says, fault }
}

/** A case that could not be had: wrong, and nobody is accused. */
export function noCase(why: string): CaseVerdict {
  return { right: false, falseAccusation: false, says: '?', fault: why }
}

/** `stolen, proven`; without a confidence where nobody is suspected of anything. */
export function caseWords({ name, confidence }: Pick<Finding, 'name' | 'confidence'>): string {
  return confidence === 'none' ? name : `${name}, ${confidence}`
}

function faultOf(expected: ExpectedCase, found: Case, world: World): string | undefined {
  const { finding, senders } = found
  const wanted = { name: expected.finding, confidence: expected.confidence }
  if (finding.name !== wanted.name || finding.confidence !== wanted.confidence)
    return `expected ${caseWords(wanted)}, says ${caseWords(finding)}`
  if (finding.accuses !== expected.accuses) return finding.accuses ? 'accuses somebody' : 'accuses nobody'
  if (expected.senders === undefined) return undefined
  if (senders === undefined) return 'does not show the two senders'
  const { left, right } = expected.senders
  if (!isAt(senders.left, left, world)) return `has another sender than ${nameOf(left)} on the left`
  return isAt(senders.right, right, world) ? undefined : `has another sender than ${nameOf(right)} on the right`
}

/** The certificate says which pod it was; a holder that was never seen is known by its SPIFFE ID alone. */
function isAt({ sender }: SenderColumn, { caller, pod = '1', from }: Place, world: World): boolean {
  if (sender === undefined || (from !== undefined && sender.address !== from)) return false
  if (sender.certificate !== undefined) return sender.certificate === thumbprintOf(world, caller, pod)
  return sender.peer !== undefined && sender.peer === spiffeIdOf(caller)
}

function nameOf({ caller, pod = '1', from }: Place): string {
  return [caller, ...(pod === '1' ? [] : [`pod ${pod}`]), ...(from === undefined ? [] : [`at ${from}`])].join(' ')
}
