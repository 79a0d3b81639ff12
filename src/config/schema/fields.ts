/** Small building blocks of the schema. Their faults are whole sentences: what is wrong; how to mend it. */
import * as z from 'zod'

/** Text that is not empty and that `judge` finds nothing wrong with; what it returns is the fault. */
export function text(judge: (value: string) => string | undefined = () => undefined) {
  return z
    .string()
    .min(1)
    .superRefine((value, context) => {
      const message = value === '' ? undefined : judge(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
}

/** A whole number in bounds, both included. */
export function whole(minimum: number, maximum: number) {
  return z.int().min(minimum).max(maximum)
}

/** A list in which nothing stands twice. */
export function listOf<T extends z.ZodType<string>>(item: T) {
  return z.array(item).superRefine((items, context) => {
    for (const [index, value] of items.entries()) {
      if (items.indexOf(value) === index) continue
      context.addIssue({ code: 'custom', path: [index], message: 'stands twice in the list; keep one' })
    }
  })
}

/** A strict mapping that may be left out: its keys then have their own defaults. */
export function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never)
}

const MAX_SECONDS = 10 * 365 * 24 * 3600

/** A limit in seconds; null: no limit. */
export function limitSeconds() {
  return whole(1, MAX_SECONDS).nullable().default(null)
}

const SECRET_REFERENCE = /^(?:file:.+|env:[A-Za-z_][A-Za-z0-9_]*)$/s

/** Where a secret stands, never the secret itself: the message must not repeat what might be one. */
export function secretReference() {
  return text((value) =>
    SECRET_REFERENCE.test(value)
      ? undefined
      : 'a secret must not stand in this file; write file:PATH or env:NAME that says where it is',
  )
}

/** Why `value` is no URL of `schemes`, without user, password or fragment. */
export function urlFault(value: string, schemes: readonly string[]): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const named = schemes.map((scheme) => `${scheme}://`).join(' or ')
  if (url === undefined || !schemes.includes(url.protocol.slice(0, -1)) || !/^[a-z]+:\/\//i.test(value)) {
    return `is no URL that starts with ${named}; write it in full`
  }
  if (url.username !== '' || url.password !== '') return 'holds a user or password; leave them out'
  if (value.includes('#')) return 'holds a fragment; leave out what follows the #'
  // Such text goes into quoted strings of challenges (RFC 9110 §5.6.4) and into logs.
  return /[^\x21-\x7e]|["\\<>]/.test(value) ? 'holds characters that no URL has; percent-encode them' : undefined
}
