/**
 * `cnf`: what a token is bound to (RFC 7800 §3.1, RFC 8705 §3.1, RFC 9449 §6.1). RFC 7800 lets unknown members be
 * ignored; here that would turn an unknown binding into a bearer token, so they are refused (A27, C15). Reads only
 * what was verified: a JWT behind its signature, or an introspection answer (A23).
 */
import { decodeBase64Url } from '../codec/base64url.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { ok, type Result } from '../result.ts'
import type { Confirmation } from './verified-token.ts'

const NOT_BOUND: Confirmation = { jkt: undefined, x5tS256: undefined }
const SHA256_BYTES = 32

/**
 * Reads the `cnf` claim; undefined means that the token is not bound. `ignored` holds the member names that may stand
 * unverified beside an understood one (`insecureIgnoredConfirmations`). Refuses with `binding_unsupported`.
 */
export function readConfirmation(cnf: unknown, ignored: ReadonlySet<string>): Result<Confirmation, Refusal> {
  if (cnf === undefined) return ok(NOT_BOUND)
  if (cnf === null || typeof cnf !== 'object' || Array.isArray(cnf)) {
    return refuse('binding_unsupported', 'cnf is not an object')
  }
  for (const name of Object.keys(cnf)) {
    if (name !== 'jkt' && name !== 'x5t#S256' && !ignored.has(name)) {
      return refuse('binding_unsupported', 'cnf has a member that is not understood')
    }
  }
  const jkt = readThumbprint(cnf, 'jkt')
  if (jkt === 'invalid') return refuse('binding_unsupported', 'cnf jkt is not a SHA-256 thumbprint in base64url')
  const x5tS256 = readThumbprint(cnf, 'x5t#S256')
  if (x5tS256 === 'invalid') return refuse('binding_unsupported', 'cnf x5t#S256 is not a SHA-256 hash in base64url')
  if (jkt === undefined && x5tS256 === undefined) {
    return refuse('binding_unsupported', 'cnf has no member that is understood')
  }
  return ok({ jkt, x5tS256 })
}

/** 32 bytes in the one text that base64url has for them: no padding, no other alphabet, no trailing bits (C19). */
function readThumbprint(cnf: object, name: 'jkt' | 'x5t#S256'): string | 'invalid' | undefined {
  if (!Object.hasOwn(cnf, name)) return undefined
  const value: unknown = Reflect.get(cnf, name)
  return typeof value === 'string' && decodeBase64Url(value)?.length === SHA256_BYTES ? value : 'invalid'
}
