/**
 * The workload that a token names as its holder, as a SPIFFE ID. A claim counts only when it is a SPIFFE ID as it
 * stands; a Kubernetes service account is mapped the way meshes name it. Anything else names no workload.
 */
import type { JsonObject } from '../codec/strict-json.ts'
import { parseSpiffeId } from '../peer/spiffe-id.ts'
import type { IssuerPlan } from '../route-plan.ts'

const SERVICE_ACCOUNT = 'system:serviceaccount:'
const MAX_NAMESPACE_CHARACTERS = 63
const MAX_NAME_CHARACTERS = 253

/** The holder's SPIFFE ID, or undefined when the claims of the verified token name none. */
export function readHolder(payload: JsonObject, rule: IssuerPlan['holder']): string | undefined {
  if (rule.kind === 'kubernetes') return readServiceAccount(payload['sub'], rule.trustDomain)
  const value = Object.hasOwn(payload, rule.claim) ? payload[rule.claim] : undefined
  return typeof value === 'string' && parseSpiffeId(value) !== undefined ? value : undefined
}

/**
 * `system:serviceaccount:NS:SA` becomes `spiffe://TD/ns/NS/sa/SA`. Both names are held to the grammar of Kubernetes (DNS
 * label, DNS subdomain), so that no `:` or `/` inside one can stand for the other.
 */
function readServiceAccount(subject: unknown, trustDomain: string): string | undefined {
  if (typeof subject !== 'string' || !subject.startsWith(SERVICE_ACCOUNT)) return undefined
  const [namespace = '', name = '', ...rest] = subject.slice(SERVICE_ACCOUNT.length).split(':')
  if (rest.length > 0 || namespace.length > MAX_NAMESPACE_CHARACTERS || name.length > MAX_NAME_CHARACTERS) {
    return undefined
  }
  if (!isDnsLabel(namespace) || !name.split('.').every(isDnsLabel)) return undefined
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${name}`
}

function isDnsLabel(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-')
}
