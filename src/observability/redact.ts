/**
 * The one place that cleans text of others (error messages, stacks) before it is logged. It scrubs what looks like a token,
 * a key or a digest by its form, so that a library that quotes its input cannot leak it. Text of our own needs no cleaning.
 */

const MASK = '[redacted]'

/** In this order: a block first, then what has dots, then single runs. */
const PEM = /-----BEGIN[^-]*-----[\s\S]*?(?:-----END[^-]*-----|$)/g
/** The beginning of a JSON object in base64 (`{"`), however short, and all that hangs on it: a JWT or a part of one. */
const JWT = /(?<![A-Za-z])eyJ[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*/g
/** A run long enough to hold 128 bits. A word of lower-case letters and dashes (a reason, a file name) is none. */
const RUN = /[A-Za-z0-9_-]{22,}={0,2}/g
/** The same in standard base64, whose slashes would cut it into short runs. */
const SLASHED_RUN = /[A-Za-z0-9+/]{40,}={0,2}/g
/** `DPoP x`, `Bearer x`: whatever stands behind a scheme. */
const CREDENTIALS = /\b(bearer|dpop|basic)(\s+)\S+/gi

/** Where a stack frame lies: the folder tells nothing that the file does not, and may look like a run. */
const FRAME_FOLDER = /^(\s+at .*?)(?:file:\/\/)?\/[^\s()]*\//gm

/** The text without anything that may be a secret. Idempotent. */
export function scrub(text: string): string {
  return text
    .replace(PEM, MASK)
    .replace(CREDENTIALS, `$1$2${MASK}`)
    .replace(JWT, MASK)
    .replace(RUN, (run) => (WORD.test(run) ? run : MASK))
    .replace(SLASHED_RUN, (run) => (isPath(run) ? run : MASK))
}

/** An error for the log: its name, code, and scrubbed message and stack. Anything can be thrown, so anything is taken. */
export function describeError(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { name: 'thrown value', message: scrub(asText(error)) }
  const described: Record<string, string> = { name: scrub(error.name), message: scrub(error.message) }
  if ('code' in error && typeof error.code === 'string') described['code'] = scrub(error.code)
  if (error.stack !== undefined) described['stack'] = scrub(error.stack.replace(FRAME_FOLDER, '$1'))
  if (error.cause instanceof Error) described['cause'] = scrub(`${error.cause.name}: ${error.cause.message}`)
  return described
}

const WORD = /^[a-z_-]+$/

function isPath(run: string): boolean {
  return run.split('/').every((part) => /^[a-z]*$/.test(part))
}

function asText(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'no text'
  }
}
