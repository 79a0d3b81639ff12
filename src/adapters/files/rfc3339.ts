/** Times as people write and read them (RFC 3339 §5.6), in seconds since the epoch. */

const TIME = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/** Undefined when `text` is no such time, or a day that its month does not have. */
export function parseTime(text: string): number | undefined {
  const [, year, month, day] = TIME.exec(text) ?? []
  const ms = Date.parse(text)
  if (year === undefined || Number.isNaN(ms)) return undefined
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(day) <= lastDay ? ms / 1000 : undefined
}

/** In UTC; fractions of a second only where there are some. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
