/** Story 1: a build step leaks a long-lived token; the thief deploys under the pipeline's identity. */
import { accused, nobody, twoSenders } from '../cases/expected-case.ts'
import { newSigningKey } from '../mint.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, login, type Session, type Stage } from '../session.ts'
import { afterTheHolder, revokedInTheMiddle } from './moves.ts'

const story = 'CI runner'
const DEPLOY = { method: 'POST', path: '/v1/deployments' } as const
/** Somewhere else than where the world's workloads are. */
const ELSEWHERE = '127.0.0.9'

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
    investigated: nobody('created here'),
    run: async (stage) => attempt(stage, await pipeline(stage), DEPLOY),
  },
  {
    name: 'ci-token-from-log',
    story,
    honest: false,
    did: 'copies the token out of a build log and sends it from another pod, without any proof',
    stops: 'a token under the DPoP scheme is worth nothing without a proof',
    expected: { status: 401, reason: 'proof_missing' },
    investigated: accused('proven', 'downgraded', 'token', twoSenders('deployer', 'reports')),
    run: async (stage) => afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'reports', proofs: [] }),
  },
  {
    name: 'ci-own-key',
    story,
    honest: false,
    did: 'signs good proofs with a key of his own, from another pod',
    stops: 'the token names the key (cnf.jkt), and it is not this one',
    expected: { status: 401, reason: 'proof_key_mismatch' },
    investigated: accused('proven', 'stolen', 'token', twoSenders('deployer', 'reports')),
    run: async (stage) => {
      const { key } = await newSigningKey()
      return afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'reports', key })
    },
  },
  {
    name: 'ci-other-runner',
    story,
    honest: false,
    did: 'does so on the runner of another pipeline, which has the log in its workspace',
    stops: 'the key, again: whoever runs on a runner has the key of that one only',
    expected: { status: 401, reason: 'proof_key_mismatch' },
    investigated: accused('proven', 'stolen', 'session', twoSenders('deployer', 'builder')),
    needs: ['strangers'],
    run: async (stage) => {
      const { key } = await newSigningKey()
      return afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'builder', key })
    },
  },
  {
    name: 'ci-from-internet',
    story,
    honest: false,
    did: 'does so from a machine of his own, elsewhere, that is no workload at all',
    stops: 'the key, whoever and wherever the sender is',
    expected: { status: 401, reason: 'proof_key_mismatch' },
    investigated: accused('proven', 'stolen', 'token', twoSenders('deployer', 'laptop', { from: ELSEWHERE })),
    needs: ['strangers'],
    run: async (stage) => {
      const { key } = await newSigningKey()
      return afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'laptop', from: ELSEWHERE, key })
    },
  },
  {
    name: 'ci-after-job',
    story,
    honest: false,
    did: 'goes on with token and key on another runner of the pipeline, after the job ended and its session with it',
    stops: 'a pipeline that revokes at its end leaves nothing to use',
    expected: { status: 401, reason: 'revoked' },
    investigated: nobody('revoked use'),
    needs: ['revocations'],
    run: async (stage) => revokedInTheMiddle(stage, await pipeline(stage), DEPLOY, { pod: '2' }),
  },
  {
    name: 'ci-as-bearer',
    story,
    honest: false,
    did: 'sends the bound token as a plain bearer token',
    stops: 'a bound token is never a bearer token (RFC 9449 §7.2)',
    expected: { status: 401, reason: 'binding_downgraded' },
    investigated: accused('proven', 'downgraded', 'decision', twoSenders('deployer', 'reports')),
    run: async (stage) =>
      afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'reports', scheme: 'Bearer' }),
  },
  {
    name: 'ci-token-and-key',
    story,
    honest: false,
    did: 'took the key file too, and deploys from another pod',
    stops: 'the route wants the workload as well: the holder named in the token must be the caller',
    expected: { status: 403, reason: 'peer_mismatch' },
    investigated: accused('proven', 'forwarded', 'key', twoSenders('deployer', 'reports')),
    needs: ['own routes'],
    run: async (stage) => afterTheHolder(stage, await pipeline(stage), DEPLOY, { workload: 'reports' }),
  },
  {
    name: 'ci-replay',
    story,
    honest: false,
    did: 'sends a recorded deployment a second time, from the same runner',
    stops: 'a proof is good once; its mark outlives it',
    expected: { status: 401, reason: 'proof_replayed' },
    investigated: nobody('repeated by its own sender', 'jti'),
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
    investigated: nobody('stale use'),
    run: async (stage) => {
      const claims = { exp: stage.nowSeconds() + 30 * 86_400 }
      return attempt(stage, await login(stage, 'deployer', 'deploy', { bind: ['key'], claims }), DEPLOY)
    },
  },
]
