/** Days of the proleptic Gregorian calendar, by arithmetic: check/ has no Date, and a long list of times is read fast. */

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
/** Days before each month of a year that is no leap year. */
const DAYS_BEFORE = MONTH_DAYS.map((_, month) => MONTH_DAYS.slice(0, month).reduce((sum, days) => sum + days, 0))
/** Days from 1 January of the year 1 to 1 January 1970. */
const DAYS_BEFORE_EPOCH = 719_162

/** Days from 1 January 1970; negative before it. Undefined for a day that its month does not have. Years from 0 on. */
export function daysSinceEpoch(year: number, month: number, day: number): number | undefined {
  const length = MONTH_DAYS[month - 1]
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (length === undefined || day < 1 || day > length + (leap && month === 2 ? 1 : 0)) return undefined
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const inYear = (DAYS_BEFORE[month - 1] ?? 0) + (leap && month > 2 ? 1 : 0)
  return before * 365 + leapDays + inYear + day - 1 - DAYS_BEFORE_EPOCH
}
