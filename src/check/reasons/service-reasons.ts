/** Reasons that lie on our side: no route, or something that does not answer. */
import { type ReasonRow, row } from './row.ts'

export const SERVICE_REASONS = {
  route_unknown: row(
    'invalid',
    'policy',
    'there is no such route',
    'No route matches, Envoy named an unknown one, or the path can be read as more than one route.',
    [],
    [],
    ['PR.AA-05'],
  ),
  replay_store_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The memory of used proofs does not answer or is full; without it single use cannot be shown.',
  ),
  revocation_stale: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The revocation list cannot be shown to be fresh.',
  ),
  keys_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The keys of the issuer could not be fetched, and no good set is left.',
  ),
  introspection_unavailable: row(
    'unavailable',
    'unavailable',
    'try again later',
    'The introspection endpoint does not answer.',
  ),
  deadline_exceeded: row(
    'unavailable',
    'unavailable',
    'try again later',
    'No decision within deadlineMs, or more checks in flight than maxConcurrentChecks.',
  ),
  internal_error: row(
    'unavailable',
    'unavailable',
    'try again later',
    'A fault of ours, or a Check that does not come from our Envoy; the log has it.',
  ),
} as const satisfies Record<string, ReasonRow>
