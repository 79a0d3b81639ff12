/** Story 3: an agent's tool session stays alive after the task and is reused across tool boundaries. */
import type { Scenario } from '../scenario.ts'
import { attempt, login, type Session, type Stage } from '../session.ts'
import { revokedInTheMiddle } from './moves.ts'

const story = 'agent'
const CALL = { method: 'POST', path: '/v1/tools/search' } as const

function agent(stage: Stage, claims: Readonly<Record<string, unknown>> = {}): Promise<Session> {
  return login(stage, 'agent', 'tools', { bind: ['key'], claims })
}

export const agentStory: readonly Scenario[] = [
  {
    name: 'agent-nonce',
    story,
    honest: true,
    did: 'calls a tool: is handed a nonce, signs it, and passes',
    stops: 'the nonce is fresh, ours, and made for this key',
    expected: { status: 200, reason: 'ok' },
    run: async (stage) => {
      const { answer, tookNonce } = await attempt(stage, await agent(stage), CALL)
      return { answer, fault: tookNonce ? undefined : 'passed without a nonce where one is required' }
    },
  },
  {
    name: 'agent-after-task',
    story,
    honest: false,
    did: 'uses the session two hours after the task, with a token renewed just now',
    stops: "the session's age counts from auth_time, however young the token (session.maxAgeSeconds)",
    expected: { status: 401, reason: 'session_too_old' },
    run: async (stage) => attempt(stage, await agent(stage, { auth_time: stage.nowSeconds() - 7200 }), CALL),
  },
  {
    name: 'agent-idle',
    story,
    honest: false,
    did: 'picks up a session that nobody used for twenty minutes',
    stops: 'a session without use for a quarter of an hour is over (session.idleSeconds)',
    expected: { status: 401, reason: 'session_idle' },
    run: async (stage) => {
      const then = stage.nowSeconds() - 1200
      return attempt(stage, await agent(stage, { iat: then, auth_time: then }), CALL)
    },
  },
  {
    name: 'agent-revoked',
    story,
    honest: false,
    did: 'goes on with a session that was revoked a moment ago',
    stops: 'the revocation list is asked on every request, also for tokens that are known',
    expected: { status: 401, reason: 'revoked' },
    needs: ['revocations'],
    run: async (stage) => revokedInTheMiddle(stage, await agent(stage), CALL),
  },
  {
    name: 'agent-other-tool',
    story,
    honest: false,
    did: "a tool takes the agent's token on to the deployment service, with a key and certificate of its own",
    stops: 'the token is for another audience: a tool must exchange it, not pass it on',
    expected: { status: 401, reason: 'audience_mismatch' },
    needs: ['own routes'],
    run: async (stage) => attempt(stage, await agent(stage), { ...CALL, service: 'deploy', workload: 'tool' }),
  },
  {
    name: 'agent-made-in-advance',
    story,
    honest: false,
    did: 'had the agent sign proofs for an hour ahead before its key was locked away',
    stops: 'a proof dated in the future is refused, whatever nonce it has',
    expected: { status: 401, reason: 'proof_future' },
    run: async (stage) => {
      const signed = { iatSeconds: stage.nowSeconds() + 3600 }
      return attempt(stage, await agent(stage), { ...CALL, signed })
    },
  },
  {
    name: 'agent-old-proof',
    story,
    honest: false,
    did: 'sends a proof that was made, and never used, ten minutes ago',
    stops: 'proofs are good for a minute (proof.maxAgeSeconds)',
    expected: { status: 401, reason: 'proof_stale' },
    run: async (stage) => {
      const signed = { iatSeconds: stage.nowSeconds() - 600 }
      return attempt(stage, await agent(stage), { ...CALL, signed })
    },
  },
]
