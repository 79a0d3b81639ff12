/** Story 1: a build step leaks a long-lived token; the thief deploys under the pipeline's identity. */
import { newSigningKey } from '../mint.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, login, type Session, type Stage } from '../session.ts'

const story = 'CI runner'
const DEPLOY = { method: 'POST', path: '/v1/deployments' } as const

function pipeline(stage: Stage): Promise<Session> {
  return login(stage, 'deployer', 'deploy', { bind: ['key'] })
}

export const ciRunner: readonly Scenario[] = [
  {
    name: 'ci-deploys',
    story,
    honest: true,
    did: 'the runner deploys: POST with its token, a fresh proof, its own certificate',
    stops: 'key and workload are both the ones that the token names',
    expected: { status: 200, reason: 'ok' },
    run: async (stage) => attempt(stage, await pipeline(stage), DEPLOY),
  },
  {
    name: 'ci-token-from-log',
    story,
    honest: false,
    did: 'copies the token out of a build log and sends it, without any proof',
    stops: 'a token under the DPoP scheme is worth nothing without a proof',
    expected: { status: 401, reason: 'proof_missing' },
    run: async (stage) => attempt(stage, await pipeline(stage), { ...DEPLOY, proofs: [] }),
  },
  {
    name: 'ci-own-key',
    story,
    honest: false,
    did: 'signs good proofs with a key of his own',
    stops: 'the token names the key (cnf.jkt), and it is not this one',
    expected: { status: 401, reason: 'proof_key_mismatch' },
    run: async (stage) => attempt(stage, await pipeline(stage), { ...DEPLOY, key: (await newSigningKey()).key }),
  },
  {
    name: 'ci-as-bearer',
    story,
    honest: false,
    did: 'sends the bound token as a plain bearer token',
    stops: 'a bound token is never a bearer token (RFC 9449 §7.2)',
    expected: { status: 401, reason: 'binding_downgraded' },
    run: async (stage) => attempt(stage, await pipeline(stage), { ...DEPLOY, scheme: 'Bearer' }),
  },
  {
    name: 'ci-token-and-key',
    story,
    honest: false,
    did: 'took the key file too, and deploys from another pod',
    stops: 'the route wants the workload as well: the holder named in the token must be the caller',
    expected: { status: 403, reason: 'peer_mismatch' },
    needs: ['own routes'],
    run: async (stage) => attempt(stage, await pipeline(stage), { ...DEPLOY, workload: 'reports' }),
  },
  {
    name: 'ci-replay',
    story,
    honest: false,
    did: 'sends a recorded deployment a second time, from the same runner',
    stops: 'a proof is good once; its mark outlives it',
    expected: { status: 401, reason: 'proof_replayed' },
    run: async (stage) => {
      const session = await pipeline(stage)
      const recorded = await attempt(stage, session, DEPLOY)
      return attempt(stage, session, { ...DEPLOY, proofs: [recorded.proof] })
    },
  },
  {
    name: 'ci-long-lived',
    story,
    honest: false,
    did: 'leaks a token that is good for a month, key and runner included',
    stops: 'the route takes no token that lives longer than an hour (maxLifetimeSeconds)',
    expected: { status: 401, reason: 'token_lifetime_exceeded' },
    run: async (stage) => {
      const claims = { exp: stage.nowSeconds() + 30 * 86_400 }
      return attempt(stage, await login(stage, 'deployer', 'deploy', { bind: ['key'], claims }), DEPLOY)
    },
  },
]
