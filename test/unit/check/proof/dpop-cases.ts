/** One thing wrong at a time, or right although it looks odd: the table that dpop-proof.test.ts runs. */
import { FORM_CASES } from './cases/form-cases.ts'
import type { DpopCase } from './cases/honest.ts'
import { KEY_CASES } from './cases/key-cases.ts'
import { REQUEST_CASES } from './cases/request-cases.ts'

export const DPOP_CASES: readonly DpopCase[] = [...FORM_CASES, ...KEY_CASES, ...REQUEST_CASES]
