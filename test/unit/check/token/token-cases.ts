/**
 * What can be wrong with an access token, one thing at a time, and twins that must pass: the negative tests of
 * requirements C1 to C15, C19, A22, A27, B2, D14, D15 that a token alone can show.
 */
import { AUDIENCE, TIMES } from './claims-cases.ts'
import { CONFIRMATIONS } from './confirmation-cases.ts'
import { FORMS } from './form-cases.ts'
import { ALGORITHMS, EXTENSIONS, ISSUERS, KIDS, TYPES } from './header-cases.ts'
import type { TokenCase } from './token-case.ts'

export const TOKEN_CASES: readonly TokenCase[] = [
  ...TYPES,
  ...ISSUERS,
  ...AUDIENCE,
  ...TIMES,
  ...ALGORITHMS,
  ...KIDS,
  ...EXTENSIONS,
  ...FORMS,
  ...CONFIRMATIONS,
]
