/** The gate "safe to enforce" of one route, evaluated by a Prometheus. */
import type { GateConditionFacts, GateFacts, GateSample, RefusedFacts, RouteFacts } from '../../doctor/facts.ts'
import { duration, NONCE_REASONS } from '../../monitoring/promql.ts'
import {
  GATE_PARAMETERS,
  type GateCondition,
  type GateParameters,
  safeToEnforceConditions,
  wouldBeRefused,
} from '../../monitoring/safe-to-enforce.ts'
import { type Answer, askPrometheus, type PrometheusAccess, type Sample } from './prometheus.ts'

export interface GateWishes {
  readonly route: string
  readonly mode: RouteFacts['mode']
  readonly namespace: string | undefined
  readonly job: string | undefined
  readonly windowSeconds: number
}

/** At least so many looks at the past in a window, where its length allows. */
const LOOKS = 100

/** The gate of the recording rule, over another window. */
export function gateParameters(windowSeconds: number): GateParameters {
  const fine = Math.max(1, Math.floor(windowSeconds / LOOKS))
  return { ...GATE_PARAMETERS, windowSeconds, stepSeconds: Math.min(GATE_PARAMETERS.stepSeconds, fine) }
}

/** Never rejects. One query that fails is enough: a gate that is known in part stays shut. */
export async function gateFacts(access: PrometheusAccess, wishes: GateWishes): Promise<GateFacts> {
  const { route, mode, namespace, job, windowSeconds } = wishes
  const selection = {
    route,
    ...(namespace === undefined ? {} : { namespace }),
    ...(job === undefined ? {} : { job }),
  }
  const parameters = gateParameters(windowSeconds)
  const source = access.url
  const conditions: GateConditionFacts[] = []
  // One after the other: a gate is not worth a load on Prometheus.
  for (const condition of safeToEnforceConditions(selection, parameters)) {
    const verdict = await askPrometheus(access, condition.expr)
    const amount = verdict.ok ? await askPrometheus(access, condition.measured) : verdict
    if (!verdict.ok || !amount.ok) return unreachable(source, amount)
    conditions.push(conditionFacts(condition, verdict.samples, amount.samples))
  }
  const refused = await askPrometheus(access, wouldBeRefused(selection, parameters))
  if (!refused.ok) return unreachable(source, refused)
  return {
    kind: 'answered',
    source,
    route,
    mode,
    window: duration(windowSeconds),
    conditions,
    refused: refused.samples.map(refusedFacts),
  }
}

function unreachable(source: string, answer: Answer): GateFacts {
  return { kind: 'unreachable', source, detail: answer.ok ? 'it answered' : answer.error }
}

function conditionFacts(
  { name, demands, unit }: GateCondition,
  verdicts: readonly Sample[],
  amounts: readonly Sample[],
): GateConditionFacts {
  const samples = verdicts.map((verdict): GateSample => {
    const owner = ownerOf(verdict)
    // Any number but 1 is no yes.
    return { owner, holds: verdict.value === 1, measured: amounts.find((one) => ownerOf(one) === owner)?.value }
  })
  return { name, demands, unit, samples }
}

function refusedFacts(sample: Sample): RefusedFacts {
  const reason = sample.labels['reason'] ?? ''
  return { owner: ownerOf(sample), reason, checks: sample.value, byNonce: NONCE_REASONS.split('|').includes(reason) }
}

function ownerOf({ labels }: Sample): string {
  return [labels['namespace'], labels['job']].filter((label) => label !== undefined && label !== '').join('/')
}
