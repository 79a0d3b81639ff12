/** Whether a route that observes may enforce: each condition of the gate with its value, and who would break. */
import type { CheckId } from './catalogue.ts'
import type { GateConditionFacts, GateFacts, GateSample, RefusedFacts } from './facts.ts'
import { at, counted, type Finding, failed, good, listed, unknown, unreachable, warning } from './finding.ts'

type Answered = Extract<GateFacts, { kind: 'answered' }>

const IDS: Readonly<Record<GateConditionFacts['name'], CheckId>> = {
  observed: 'gate-observed',
  scraped: 'gate-scraped',
  traffic: 'gate-traffic',
  judged: 'gate-judged',
  clean: 'gate-clean',
}

const MENDS: Readonly<Record<GateConditionFacts['name'], string>> = {
  observed: 'mode: observe on the route, and wait',
  scraped: 'mend the scrape of /metrics, and wait',
  traffic: 'wait, or --window for a longer one',
  judged: 'clients that take up the nonce, or proof.nonce: "off" on the route',
  clean: 'mend the clients that gate-who tells of, or the configuration',
}

/** Safe only where every condition has a number and holds, for each namespace and job that has the route. */
export function judgeGate(gate: GateFacts): readonly Finding[] {
  if (gate.kind === 'unreachable') {
    const mend = 'see --prometheus and --prometheus-token, and the way there'
    return [at('gate-prometheus', gate.source, unreachable(`${gate.detail}; no condition was evaluated`, mend))]
  }
  const owners = ownersOf(gate)
  return [
    at('gate-prometheus', gate.source, good(`answers, for the last ${gate.window}`)),
    ...gate.conditions.flatMap((condition) => judgeCondition(condition, owners)),
    ...judgeWho(gate, owners.length > 1),
    at('gate-verdict', gate.route, judgeVerdict(gate, owners)),
  ]
}

/** `scraped` alone knows nothing of the route. */
function ownersOf({ conditions }: Answered): readonly string[] {
  const known = conditions.filter(({ name }) => name !== 'scraped').flatMap(({ samples }) => samples)
  return [...new Set(known.map(({ owner }) => owner))]
}

function sampleOf({ samples }: GateConditionFacts, owner: string): GateSample | undefined {
  return samples.find((sample) => sample.owner === owner)
}

/** Of those that count; undefined: there is none. */
function samplesOf(condition: GateConditionFacts, owners: readonly string[]): readonly (GateSample | undefined)[] {
  if (owners.length > 0) return owners.map((owner) => sampleOf(condition, owner))
  return condition.samples.length > 0 ? condition.samples : [undefined]
}

function judgeCondition(condition: GateConditionFacts, owners: readonly string[]): readonly Finding[] {
  const { name, samples } = condition
  const id = IDS[name]
  const nothing = unknown(`no data; demanded: ${condition.demands}`, MENDS[name])
  const told = owners.length > 0 ? owners : samples.map(({ owner }) => owner)
  if (told.length === 0) return [at(id, undefined, nothing)]
  return told.map((owner) => {
    const sample = sampleOf(condition, owner)
    const subject = owner === '' ? undefined : owner
    if (sample === undefined) return at(id, subject, nothing)
    const seen = `${amount(sample.measured, condition)}; demanded: ${condition.demands}`
    return at(id, subject, sample.holds ? good(seen) : failed(seen, MENDS[name]))
  })
}

function amount(measured: number | undefined, { unit }: GateConditionFacts): string {
  if (measured === undefined || !Number.isFinite(measured)) return 'no number'
  return unit === 'share' ? `${short(measured * 100)} %` : checks(measured)
}

/** Prometheus extrapolates, so a count may have a fraction. */
function checks(number: number): string {
  const shown = short(number)
  return `${shown} ${shown === '1' ? 'check' : 'checks'}`
}

function short(number: number): string {
  return number.toFixed(number < 10 ? 2 : 0).replace(/\.0*$|(\.\d)0$/, '$1')
}

function judgeWho({ refused, route, window }: Answered, severalOwners: boolean): readonly Finding[] {
  if (refused.length === 0) return [at('gate-who', undefined, good(`nobody, as far as the last ${window} have shown`))]
  return [...refused]
    .sort((one, other) => other.checks - one.checks)
    .map((who) => at('gate-who', subjectOf(who, severalOwners), judgeReason(who, route)))
}

function subjectOf({ owner, reason }: RefusedFacts, severalOwners: boolean): string {
  return severalOwners && owner !== '' ? `${owner} ${reason}` : reason
}

function judgeReason({ checks: number, byNonce, reason }: RefusedFacts, route: string) {
  const seen = `${checks(number)} would have been refused`
  if (byNonce) return good(`${seen}; clients take up the nonce by themselves`)
  const query = `select(.would_deny == true and .route == ${JSON.stringify(route)} and .reason == ${JSON.stringify(reason)})`
  return warning(
    seen,
    [
      `docs/reasons.md has ${reason}. No metric has a label for the workload, on purpose; the log tells, as far as its rate lets it:`,
      `jq -rR 'fromjson? | ${query} | [.peer, .client, .issuer] | @tsv' | sort | uniq -c`,
    ].join('\n'),
  )
}

function judgeVerdict({ conditions, mode, window }: Answered, owners: readonly string[]) {
  const mend = 'let the route observe until every condition holds'
  const blank = conditions.filter((condition) => samplesOf(condition, owners).includes(undefined))
  const broken = conditions.filter((condition) => samplesOf(condition, owners).some((one) => one?.holds === false))
  if (blank.length === 0 && broken.length === 0 && owners.length > 0) {
    const where = owners.length > 1 ? `, in ${counted(owners.length, 'namespace or job', 'namespaces and jobs')}` : ''
    return good(`may enforce: everything held for the last ${window}${where}`)
  }
  const parts = [
    ...(broken.length === 0 ? [] : [`does not hold: ${listed(broken.map(({ name }) => name))}`]),
    ...(blank.length === 0 ? [] : [`has no data: ${listed(blank.map(({ name }) => name))}`]),
  ]
  const told = mode === 'observe' ? '' : `; the configuration here has mode: ${mode}`
  return failed(`may not enforce yet; ${parts.join('; ')}${told}`, mend)
}
