/**
 * The closed set of reasons for a refusal. The tag is the metric label, the log field and the dynamic metadata;
 * the row says what it means for impersonation and how the wire answers. One table, so that no consumer has a
 * branch of its own (design: reasons).
 *
 * `answer` names the shapes of the wire, written out in challenge.ts:
 * - `proof`: 401 `DPoP error="invalid_dpop_proof"` (W1)
 * - `token`: 401 `invalid_token` in the challenge of the scheme used (W2 for DPoP, W6 for Bearer)
 * - `nonce`: 401 `DPoP error="use_dpop_nonce"` with one `DPoP-Nonce` (W3)
 * - `none`: 401 with challenges that name no error (W0)
 * - `request`: 400 `invalid_request` (W4)
 * - `scope`: 403 `insufficient_scope` (W5)
 * - `policy`: 403 without an OAuth error (W7)
 * - `unavailable`: 503 with `Retry-After` (W9)
 */
import { CREDENTIAL_REASONS } from './reasons/credential-reasons.ts'
import { PEER_REASONS } from './reasons/peer-reasons.ts'
import { PROOF_REASONS } from './reasons/proof-reasons.ts'
import type { ReasonRow } from './reasons/row.ts'
import { SERVICE_REASONS } from './reasons/service-reasons.ts'

export type { Answer, Class, ReasonRow } from './reasons/row.ts'

export const REASONS = {
  ...CREDENTIAL_REASONS,
  ...PROOF_REASONS,
  ...PEER_REASONS,
  ...SERVICE_REASONS,
} as const satisfies Record<string, ReasonRow>

export type Reason = keyof typeof REASONS

export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[]
