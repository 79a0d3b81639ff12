/** From rounds to medians. A ratio is taken within each round, and then the median of those: a slow minute drops out. */
export type Load = 'paced' | 'saturated'

export interface Round {
  readonly load: Load
  /** CPU microseconds per call, by case; `raw` and `verification` make the floor, with the cheaper form of it the lowest floor. */
  readonly us: Readonly<Record<string, number>>
}

export interface Summary {
  readonly us: Record<Load, Record<string, number>>
  readonly ratios: Record<Load, Record<string, number>>
}

const RATIOS: Readonly<Record<string, (us: Record<string, number>) => number>> = {
  'dpop / floor': (us) => of(us, 'dpop') / floorOf(us),
  'dpop / raw that verifies': (us) => of(us, 'dpop') / of(us, 'raw that verifies'),
  'dpop / lowest floor': (us) => of(us, 'dpop') / (of(us, 'raw') + of(us, 'verification, DER')),
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
  const summary: Summary = { us: { paced: {}, saturated: {} }, ratios: { paced: {}, saturated: {} } }
  for (const load of ['paced', 'saturated'] as const) {
    const all = rounds.filter((round) => round.load === load).map(({ us }) => ({ ...us, floor: floorOf(us) }))
    for (const name of Object.keys(all[0] ?? {})) summary.us[load][name] = median(all.map((us) => of(us, name)))
    for (const [name, ratio] of Object.entries(RATIOS)) summary.ratios[load][name] = median(all.map(ratio))
  }
  return summary
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
