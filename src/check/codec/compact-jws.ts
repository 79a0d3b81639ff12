/**
 * One compact JWS (RFC 7515 §3.1) taken apart, strictly: three non-empty base64url parts, both JSON parts strict objects.
 * Nothing is verified here.
 */
import { decodeBase64Url } from './base64url.ts'
import { type JsonObject, parseStrictJsonObject } from './strict-json.ts'

export interface CompactJws {
  readonly header: JsonObject
  readonly payload: JsonObject
  /** ASCII text that the signature covers: header and payload parts with the dot. */
  readonly signingInput: string
  readonly signature: Buffer
}

/** Undefined when it is anything else. The caller bounds the size; never throws. */
export function readCompactJws(text: string): CompactJws | undefined {
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  if (second === -1) return undefined
  // A fourth part would bring a dot into the signature, which is no base64url; an empty header or payload is no JSON.
  const signature = decodeBase64Url(text.slice(second + 1))
  if (signature === undefined || signature.length === 0) return undefined
  const header = readPart(text.slice(0, first))
  const payload = readPart(text.slice(first + 1, second))
  if (header === undefined || payload === undefined) return undefined
  return { header, payload, signingInput: text.slice(0, second), signature }
}

function readPart(text: string): JsonObject | undefined {
  const bytes = decodeBase64Url(text)
  return bytes === undefined ? undefined : parseStrictJsonObject(bytes)
}
