/** A firing and a silent case for each alert. */
import type { AlertCases } from './case.ts'
import { ENVOY_CASES, MORE_ENVOY_CASES } from './envoy.ts'
import { FRESHNESS_CASES, MORE_FRESHNESS_CASES } from './freshness.ts'
import { RECORD_CASES } from './records.ts'
import { ATTACK_CASES, OPEN_DOOR_CASES } from './security.ts'
import { PROCESS_CASES, SERVICE_CASES } from './service.ts'
import { SLO_CASES } from './slo.ts'
import { STORE_CASES } from './store.ts'

export const CASES: readonly AlertCases[] = [
  ...SLO_CASES,
  ...SERVICE_CASES,
  ...STORE_CASES,
  ...ATTACK_CASES,
  ...OPEN_DOOR_CASES,
  ...FRESHNESS_CASES,
  ...MORE_FRESHNESS_CASES,
  ...PROCESS_CASES,
  ...RECORD_CASES,
  ...ENVOY_CASES,
  ...MORE_ENVOY_CASES,
]
