/** The form of one row in the tables of wrong access tokens, and short ways to write it. */
import type { Reason } from '../../../../src/check/reasons.ts'
import type { IssuerPlan } from '../../../../src/check/route-plan.ts'
import { makeToken } from './token-fixture.ts'

export interface TokenCase {
  readonly requirement: string
  readonly title: string
  readonly token: () => string
  /** What the issuer's settings are instead of the default. */
  readonly plan?: Partial<IssuerPlan>
  readonly expected: Reason | 'ok'
}

export function header(
  requirement: string,
  title: string,
  change: object,
  expected: TokenCase['expected'],
  plan?: Partial<IssuerPlan>,
): TokenCase {
  return { requirement, title, token: () => makeToken({ header: change }), expected, ...(plan && { plan }) }
}

export function claims(
  requirement: string,
  title: string,
  change: object,
  expected: TokenCase['expected'],
  plan?: Partial<IssuerPlan>,
): TokenCase {
  return { requirement, title, token: () => makeToken({ payload: change }), expected, ...(plan && { plan }) }
}

export function text(
  requirement: string,
  title: string,
  token: () => string,
  expected: TokenCase['expected'],
): TokenCase {
  return { requirement, title, token, expected }
}
