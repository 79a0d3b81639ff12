/**
 * EnvoyAnswer → CheckResponse bytes. The last gate before Envoy, where an empty message, a denial without its status and a
 * denial with status code 0 are all an allow (envoy-facts): so the shape is checked once more, and whatever is not plainly one
 * of the two shapes becomes a constant 503 denial. A denied response, 503 included, is never opened by `failure_mode_allow`.
 */
import type { EnvoyAnswer, Header } from '../check/answer.ts'
import { beginMessage, finishMessage, here, putLength, putNumber, putText } from './wire-writer.ts'

/** google.rpc.Code of a denial by its HTTP status; gRPC clients see it. No other status is ever sent. */
const DENIAL_CODES: ReadonlyMap<number, number> = new Map([
  [400, 7],
  [401, 16],
  [403, 7],
  [503, 14],
])

/** HeaderValueOption.append_action: over the other side's copy. The default, 0, appends. */
const OVERWRITE_IF_EXISTS_OR_ADD = 2

/** What is sent when an answer cannot be: built at start, so that the last resort cannot fail. */
export const UNAVAILABLE_ANSWER: Buffer = encode({
  allow: false,
  status: 503,
  headers: [
    ['retry-after', '1'],
    ['cache-control', 'no-store'],
    ['content-type', 'application/json'],
  ],
  removeHeaders: [],
  responseHeaders: [],
  body: '{"error":"temporarily_unavailable","error_description":"try again later"}',
  metadata: {
    verdict: 'deny',
    mode: 'enforce',
    reason: 'internal_error',
    class: 'unavailable',
    would_deny: false,
  },
})

/** The bytes of an answer; UNAVAILABLE_ANSWER itself when the answer is not consistent. Never throws. */
export function writeResponse(answer: EnvoyAnswer): Buffer {
  try {
    return isConsistent(answer) ? encode(answer) : UNAVAILABLE_ANSWER
  } catch {
    return UNAVAILABLE_ANSWER
  }
}

function isConsistent(answer: EnvoyAnswer): boolean {
  const verdict = answer.metadata['verdict']
  if (verdict !== undefined && verdict !== (answer.allow ? 'allow' : 'deny')) return false
  if (!answer.headers.every(isHeader) || !answer.responseHeaders.every(isHeader)) return false
  if (answer.allow !== true) {
    return (
      answer.allow === false &&
      DENIAL_CODES.has(answer.status) &&
      answer.removeHeaders.length === 0 &&
      answer.responseHeaders.length === 0
    )
  }
  // Envoy removes after it has set: a name in both lists would be lost.
  const { removeHeaders } = answer
  return (
    answer.body === '' &&
    removeHeaders.every((name) => NAME.test(name)) &&
    answer.headers.every(([name]) => !removeHeaders.includes(name))
  )
}

/** Envoy answers 500 or 503 to a value with control characters, and an upstream may read bytes in ways of its own. */
function isHeader([name, value]: Header): boolean {
  return NAME.test(name) && VALUE.test(value)
}

/** RFC 9110 §5.1: a token. A pseudo-header has a colon, and so is none. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\t\x20-\x7e]*$/

/** Fields stand in reverse order: the writer works from the end. */
function encode(answer: EnvoyAnswer): Buffer {
  beginMessage()
  putMetadata(answer.metadata)
  if (answer.allow) putOkResponse(answer)
  else putDeniedResponse(answer)
  const status = here()
  if (!answer.allow) putNumber(1, DENIAL_CODES.get(answer.status) as number)
  putLength(1, status)
  return finishMessage()
}

function putDeniedResponse(answer: EnvoyAnswer): void {
  const start = here()
  putText(3, answer.body)
  for (let i = answer.headers.length - 1; i >= 0; i--) putHeader(2, answer.headers[i] as Header, 0)
  const status = here()
  putNumber(1, answer.status)
  putLength(1, status)
  putLength(2, start)
}

function putOkResponse(answer: EnvoyAnswer): void {
  const { headers, removeHeaders, responseHeaders } = answer
  const start = here()
  for (let i = responseHeaders.length - 1; i >= 0; i--) {
    putHeader(6, responseHeaders[i] as Header, OVERWRITE_IF_EXISTS_OR_ADD)
  }
  for (let i = removeHeaders.length - 1; i >= 0; i--) putText(5, removeHeaders[i] as string)
  for (let i = headers.length - 1; i >= 0; i--) putHeader(2, headers[i] as Header, OVERWRITE_IF_EXISTS_OR_ADD)
  putLength(3, start)
}

/** A HeaderValueOption. Action 0 keeps repeated names apart: two challenges are two fields. */
function putHeader(field: number, [name, value]: Header, appendAction: number): void {
  const option = here()
  if (appendAction !== 0) putNumber(3, appendAction)
  const header = here()
  putText(2, value)
  putText(1, name)
  putLength(1, header)
  putLength(field, option)
}

/** google.protobuf.Struct: texts and truth values. */
function putMetadata(metadata: EnvoyAnswer['metadata']): void {
  const struct = here()
  for (const name in metadata) {
    const content = metadata[name]
    const entry = here()
    if (typeof content === 'string') putText(3, content)
    else putNumber(4, content === true ? 1 : 0)
    putLength(2, entry)
    putText(1, name)
    putLength(1, entry)
  }
  putLength(4, struct)
}
