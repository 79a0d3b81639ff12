/** How times, durations, senders and untrusted text are written for people; the same in text, Markdown and sentences. */
import type { Sender } from '../sender.ts'

const DAY_MS = 86_400_000

/** RFC 3339 in UTC, to the second; by arithmetic, for the ledger has no Date. Years 0 to 9999; else as a number. */
export function showTime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const days = Math.floor(ms / DAY_MS)
  if (!Number.isFinite(ms) || days < -719_528 || days > 2_932_896) return `${ms} ms`
  const { year, month, day } = civilDate(days)
  const inDay = seconds - days * 86_400
  const clock = [inDay / 3600, (inDay / 60) % 60, inDay % 60].map((part) => pad(Math.floor(part), 2))
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock.join(':')}Z`
}

/** The proleptic Gregorian day, from days since the epoch: eras of 400 years that begin on 1 March. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const inEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  )
  const inYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * inYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const day = inYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** The two largest units that say something: `42 s`, `3 min`, `5 h 20 min`, `12 d`. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  return `${Math.round(hours / 24)} d`
}

/** One line: who it is first, then whence. */
export function showSender({ peer, certificate, address }: Sender): string {
  const who = peer ?? (certificate === undefined ? undefined : `certificate ${certificate}`)
  const whence = address === '' ? 'an unknown address' : address
  if (who === undefined) return whence
  return address === '' ? who : `${who} at ${address}`
}

/** `3 requests`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

/** Untrusted text for a terminal: control and invisible characters in it could rewrite what the operator sees. */
export function printable(text: string): string {
  return text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '?')
}
