/**
 * What the audit log tells of, before it stands in the chain: OCSF objects. A decision is API Activity (6003), an incident
 * Detection Finding (2004), both with the profile security_control; what the chain says of itself is a Base Event (0).
 */

/** `decision`: of a check. `incident`: of the ledger. All others are the chain's own. */
export type RecordKind = 'decision' | 'incident' | 'start' | 'head' | 'gap' | 'torn'

export interface AuditEvent {
  readonly kind: RecordKind
  /** Members of OCSF, without `metadata.sequence` and `unmapped.chain`. */
  readonly members: Readonly<Record<string, unknown>>
  /** Our own fields, for `unmapped.holdfast`. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** The first that offers security_control on API Activity. */
export const OCSF_VERSION = '1.4.0'

const INFORMATIONAL = 1
const LOW = 2
const OTHER = 99

function own(
  kind: RecordKind,
  timeMs: number,
  severity: number,
  message: string,
  fields: AuditEvent['fields'],
): AuditEvent {
  return {
    kind,
    fields,
    members: {
      activity_id: OTHER,
      activity_name: kind,
      category_uid: 0,
      class_uid: 0,
      message,
      severity_id: severity,
      time: timeMs,
      type_uid: OTHER,
    },
  }
}

/** The process began to write. */
export function startEvent(timeMs: number, version: string): AuditEvent {
  return own('start', timeMs, INFORMATIONAL, 'the audit log is written from here on', { version })
}

/** A point that is signed where there is a key. */
export function headEvent(timeMs: number): AuditEvent {
  return own('head', timeMs, INFORMATIONAL, 'head of the chain', {})
}

/** `dropped` records could not be kept since the last one that was told. */
export function gapEvent(timeMs: number, dropped: number): AuditEvent {
  return own('gap', timeMs, LOW, 'records are missing here: they could not be written', { dropped })
}

/** The bytes before this record are no record: a write that a crash or a full disk cut off. */
export function tornEvent(timeMs: number, bytes: number, sha256: string): AuditEvent {
  return own('torn', timeMs, LOW, 'the line before this one was cut off while it was written', { bytes, sha256 })
}
