/** A secret that cannot be printed by accident. */
import { inspect } from 'node:util'

export interface Secret {
  /** The bytes themselves: for a key or a constant-time comparison, never for a message. */
  reveal(): Buffer
  toString(): string
  toJSON(): string
}

const HIDDEN = '***'

export function makeSecret(bytes: Buffer): Secret {
  const hidden = () => HIDDEN
  return Object.freeze({ reveal: () => bytes, toString: hidden, toJSON: hidden, [inspect.custom]: hidden })
}
