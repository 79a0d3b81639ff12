/** Durations as people write them on the command line: `90s`, `15m`, `8h`, `30d`. */

const SECONDS_OF = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** In seconds; undefined for anything else, zero and more than a hundred years included. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) return undefined
  const seconds = Number(digits) * SECONDS_OF[unit as keyof typeof SECONDS_OF]
  return seconds <= MAX_SECONDS ? seconds : undefined
}

const MAX_SECONDS = 36_525 * SECONDS_OF.d
