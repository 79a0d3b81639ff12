/**
 * Names for what must not stand in the ledger. A keyed hash tells whether two are the same, and to whoever lacks the secret
 * not even that a guess is right. The handle of a session is sealed: who has the secret can open it, to revoke.
 *
 * The seal is a synthetic IV (RFC 5297's idea): the session's id is a keyed hash of what is sealed, so it serves as the IV
 * of AES-256-CTR and proves, hashed again, that what was opened is what was sealed. It adds no byte.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { lengthPrefixed } from '../check/codec/length-prefix.ts'
import { sessionOf } from '../check/session.ts'
import type { VerifiedToken } from '../check/token/verified-token.ts'
import type { SealedHandle } from './session-record.ts'

export interface Identifiers {
  /** Of issuer and sid, else of the token, as `sessionOf` says. */
  session(token: VerifiedToken): string
  /** @param sid of the session, where only it is known */
  sessionId(issuer: string, sid: string): string
  /** @param sha256 of the token's text, hex */
  token(sha256: string): string
  jti(issuer: string, jti: string): string
  /** The subject as the ledger keeps it. */
  subject(subject: string): string
  seal(token: VerifiedToken): SealedHandle
  /** Undefined when it was sealed for another session or with another secret. */
  open(sessionId: string, issuer: string, handle: SealedHandle): string | undefined
}

export interface IdentifierOptions {
  /** At least 32 random octets, the same on every replica. */
  readonly secret: Buffer
  readonly hashSubjects: boolean
}

const ID_BYTES = 16
const HASHED = 'hashed:'
const CIPHER = 'aes-256-ctr'

export function makeIdentifiers({ secret, hashSubjects }: IdentifierOptions): Identifiers {
  const hashKey = derive(secret, 'holdfast ledger names')
  const sealKey = derive(secret, 'holdfast ledger seal')

  function name(...parts: readonly string[]): Buffer {
    return createHmac('sha256', hashKey)
      .update(lengthPrefixed(...parts))
      .digest()
      .subarray(0, ID_BYTES)
  }
  const text = (...parts: readonly string[]): string => name(...parts).toString('base64url')

  function handleOf({ sessionId, tokenId, sha256 }: VerifiedToken): { kind: SealedHandle['kind']; value: string } {
    if (sessionId !== undefined) return { kind: 'session', value: sessionId }
    return { kind: 'token', value: tokenId ?? sha256 }
  }

  return {
    session: (token) => text('session', sessionOf(token).key),
    sessionId: (issuer, sid) => text('session', `sid\0${issuer}\0${sid}`),
    token: (sha256) => text('token', sha256),
    jti: (issuer, jti) => text('jti', issuer, jti),
    subject: (subject) => (hashSubjects ? `${HASHED}${text('subject', subject)}` : subject),
    seal(token) {
      const { kind, value } = handleOf(token)
      const iv = name('session', sessionOf(token).key)
      const cipher = createCipheriv(CIPHER, sealKey, iv)
      return { kind, sealed: Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]).toString('base64url') }
    },
    open(sessionId, issuer, { kind, sealed }) {
      const iv = Buffer.from(sessionId, 'base64url')
      if (iv.length !== ID_BYTES) return undefined
      const decipher = createDecipheriv(CIPHER, sealKey, iv)
      const value = Buffer.concat([decipher.update(sealed, 'base64url'), decipher.final()]).toString('utf8')
      const keys = kind === 'session' ? [`sid\0${issuer}\0${value}`] : [`jti\0${issuer}\0${value}`, `hash\0${value}`]
      return keys.some((key) => text('session', key) === sessionId) ? value : undefined
    },
  }
}

function derive(secret: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), purpose, 32)))
}
