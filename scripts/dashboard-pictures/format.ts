/** Numbers as the units of the panels show them. */
import type { Unit } from '../../src/monitoring/dashboards/panel.ts'

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function formatValue(value: number, unit: Unit, decimals?: number): string {
  if (!Number.isFinite(value)) return '–'
  switch (unit) {
    case 'bytes': {
      const power = value <= 0 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log2(value) / 10))
      return `${short(value / 1024 ** power, decimals)} ${BYTES[power]}`
    }
    case 'percentunit':
      return `${short(value * 100, decimals)} %`
    case 's':
      return seconds(value, decimals)
    case 'reqps':
      return `${short(value, decimals)} req/s`
    case 'ops':
      return `${short(value, decimals)} ops/s`
    case 'bool_yes_no':
      return value === 0 ? 'No' : 'Yes'
    case 'dateTimeFromNow':
      return ago((Date.now() - value) / 1000)
    case 'short':
      return short(value, decimals)
  }
}

function short(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals)
  const size = Math.abs(value)
  const digits = size === 0 || size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  return String(Number(value.toFixed(digits)))
}

function seconds(value: number, decimals?: number): string {
  const size = Math.abs(value)
  if (size !== 0 && size < 0.001) return `${short(value * 1e6, decimals)} µs`
  if (size !== 0 && size < 1) return `${short(value * 1e3, decimals)} ms`
  return size >= 120 ? `${short(value / 60, decimals)} min` : `${short(value, decimals)} s`
}

function ago(elapsed: number): string {
  return elapsed < 90 ? `${Math.round(elapsed)} s ago` : `${Math.round(elapsed / 60)} min ago`
}

/** About `count` round numbers within the span, counted in `one`: a mebibyte, say. */
export function ticks(low: number, high: number, count: number, one = 1): readonly number[] {
  const rough = (high - low) / count / one
  if (!(rough > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(rough))
  return multiples(low, high, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power * one)
}

const MINUTES_PARTS = [5, 10, 15, 30, 60, 120, 300, 600]

/** Seconds since the start that look round on a clock. */
export function timeTicks(elapsed: number, count: number): readonly number[] {
  return multiples(0, elapsed, MINUTES_PARTS.find((step) => step >= elapsed / count) ?? 1_800)
}

function multiples(low: number, high: number, step: number): readonly number[] {
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step)
}
