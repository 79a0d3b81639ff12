/** A session watch by a clock of the test, and uses of one token that it is told of. */
import { expect } from 'vitest'
import type { Findings } from '../../src/check/decision.ts'
import type { Peer } from '../../src/check/peer/peer.ts'
import type { Refusal } from '../../src/check/refusal.ts'
import type { RequestFacts } from '../../src/check/request-facts.ts'
import type { VerifiedToken } from '../../src/check/token/verified-token.ts'
import { makeIdentifiers } from '../../src/ledger/identifiers.ts'
import { makeSessionWatch } from '../../src/ledger/watch.ts'
import { routePlan } from './check-world.ts'
import { decision, event, TOKEN } from './decisions.ts'
import { WORKLOAD } from './ledger-records.ts'

/** Five seconds after `iat` of the token. */
export const NOW_MS = 1_800_000_005_000
export const CERTIFICATE = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0'
export const PEER: Peer = {
  spiffeId: WORKLOAD,
  certificateThumbprint: CERTIFICATE,
  certificateNotBeforeSeconds: undefined,
  certificateIssuerSerial: undefined,
}
export const identifiers = makeIdentifiers({ secret: Buffer.alloc(32, 7), hashSubjects: false })

export interface Use {
  readonly token?: Partial<VerifiedToken> | undefined
  readonly findings?: Partial<Findings>
  readonly facts?: Partial<RequestFacts>
  readonly refused?: Refusal
  readonly mode?: 'enforce' | 'observe'
  readonly route?: string
}

/** `maxSessions`: between two takes. */
export function watching(maxSessions = 100) {
  let nowMs = NOW_MS
  const watch = makeSessionWatch({ identifiers, createdWithinSeconds: 60, maxSessions, nowMs: () => nowMs })
  return {
    watch,
    use(
      atMs: number,
      { token = {}, findings = {}, facts = {}, refused, mode = 'enforce', route = 'payments' }: Use = {},
    ) {
      nowMs = NOW_MS + atMs
      const known = { token: { ...TOKEN, ...token }, peer: PEER, route: routePlan({ name: route, mode }) }
      watch.seen(event(decision(refused, { nowMs, ...known, mode, ...findings }), facts))
    },
    /** Of the one session that was seen. */
    session() {
      const { sessions } = watch.take()
      expect(sessions).toHaveLength(1)
      return sessions[0]
    },
  }
}
