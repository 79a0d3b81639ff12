/** From rounds to medians. A ratio is taken within each round, and then the median of those: a slow minute drops out. */
export type Load = 'paced' | 'saturated'

export interface Round {
  readonly load: Load
  /** CPU microseconds per call, by case; `raw` and `verification` make the floor, with the cheaper form of it the lowest floor. */
  readonly us: Readonly<Record<string, number>>
  /** From the client's side, by case. */
  readonly latencyMs: Readonly<Record<string, Latency>>
}

export interface Latency {
  readonly p50: number
  readonly p99: number
}

export interface Summary {
  readonly us: Record<Load, Record<string, number>>
  readonly ratios: Record<Load, Record<string, number>>
  /** Of the paced rounds; `added by Redis` is what `dpop_redis` has over `dpop`. */
  readonly latencyMs: Record<string, Latency>
}

const RATIOS: Readonly<Record<string, (us: Record<string, number>) => number>> = {
  'dpop / floor': (us) => of(us, 'dpop') / floorOf(us),
  'dpop / raw that verifies': (us) => of(us, 'dpop') / of(us, 'raw that verifies'),
  'dpop / lowest floor': (us) => of(us, 'dpop') / (of(us, 'raw') + of(us, 'verification, DER')),
  'dpop_redis / floor': (us) => of(us, 'dpop_redis') / floorOf(us),
  'dpop_redis / dpop': (us) => of(us, 'dpop_redis') / of(us, 'dpop'),
  'dpop_revocations / dpop': (us) => of(us, 'dpop_revocations') / of(us, 'dpop'),
  'certificate / raw': (us) => of(us, 'certificate') / of(us, 'raw'),
  'bearer / raw': (us) => of(us, 'bearer') / of(us, 'raw'),
  'replay / dpop': (us) => of(us, 'replay') / of(us, 'dpop'),
  'no_credentials / bearer': (us) => of(us, 'no_credentials') / of(us, 'bearer'),
  'foreign_key / dpop': (us) => of(us, 'foreign_key') / of(us, 'dpop'),
  'foreign_keys / dpop': (us) => of(us, 'foreign_keys') / of(us, 'dpop'),
}

function of(us: Readonly<Record<string, number>>, name: string): number {
  return us[name] ?? Number.NaN
}

function floorOf(us: Readonly<Record<string, number>>): number {
  return of(us, 'raw') + of(us, 'verification')
}

export function summarise(rounds: readonly Round[]): Summary {
  const paced = rounds.filter(({ load }) => load === 'paced').map(({ latencyMs }) => latencyMs)
  const summary: Summary = {
    us: { paced: {}, saturated: {} },
    ratios: { paced: {}, saturated: {} },
    latencyMs: summariseLatencies(paced),
  }
  for (const load of ['paced', 'saturated'] as const) {
    const all = rounds.filter((round) => round.load === load).map(({ us }) => ({ ...us, floor: floorOf(us) }))
    for (const name of Object.keys(all[0] ?? {})) summary.us[load][name] = median(all.map((us) => of(us, name)))
    for (const [name, ratio] of Object.entries(RATIOS)) summary.ratios[load][name] = median(all.map(ratio))
  }
  return summary
}

function summariseLatencies(rounds: readonly Readonly<Record<string, Latency>>[]): Record<string, Latency> {
  const withAdded = rounds.map((round) => ({ ...round, ...addedBy(round) }))
  const summary: Record<string, Latency> = {}
  for (const name of Object.keys(withAdded[0] ?? {})) {
    const all = withAdded.flatMap((round: Record<string, Latency>) => round[name] ?? [])
    summary[name] = { p50: median(all.map(({ p50 }) => p50)), p99: median(all.map(({ p99 }) => p99)) }
  }
  return summary
}

function addedBy({ dpop, dpop_redis: redis }: Readonly<Record<string, Latency>>): Record<string, Latency> {
  if (dpop === undefined || redis === undefined) return {}
  return { 'added by Redis': { p50: redis.p50 - dpop.p50, p99: redis.p99 - dpop.p99 } }
}

/** The value below which `share` of them lie (nearest rank); NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
