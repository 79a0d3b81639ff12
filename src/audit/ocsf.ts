/** Objects of OCSF that several records have, and a record where no chain is. */
import type { Reason } from '../check/reasons.ts'
import { REASONS } from '../check/reasons.ts'
import { type AuditEvent, OCSF_VERSION } from './audit-event.ts'

/** `disposition_id` of the profile security_control. */
export const DISPOSITION = {
  allowed: 1,
  blocked: 2,
  detected: 15,
  alert: 19,
  challenge: 23,
  accessRevoked: 24,
  unauthorized: 26,
  error: 27,
} as const

/** `action_id` of the profile security_control. */
export const ACTION = { allowed: 1, denied: 2 } as const

const PRODUCT = { name: 'Holdfast', vendor_name: 'Holdfast' }

export function metadataOf(members: AuditEvent['members']): Record<string, unknown> {
  return { version: OCSF_VERSION, ...(members['metadata'] as object | undefined), product: PRODUCT }
}

/** The record for who takes no chain: without sequence and links. */
export function unchained({ members, fields }: AuditEvent): Record<string, unknown> {
  return { ...members, metadata: metadataOf(members), unmapped: { holdfast: fields } }
}

/** The ATT&CK techniques of a reason; undefined where it has none. */
export function attacksOf(reason: Reason | 'ok' | undefined): readonly object[] | undefined {
  if (reason === undefined || reason === 'ok') return undefined
  const { attack } = REASONS[reason]
  return attack.length === 0 ? undefined : attack.map((uid) => ({ technique: { uid } }))
}

/** OCSF asks for one member at least, and for an address where it says so. */
export function endpointOf(address: unknown): Record<string, unknown> {
  if (typeof address !== 'string' || address === '') return { name: 'unknown' }
  return ADDRESS.test(address) ? { ip: address } : { name: address }
}

/** Nothing else comes from Envoy but a name: which of both is all that has to be told here. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*)$/
