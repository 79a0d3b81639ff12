/** Story 3: an agent's tool session stays alive after the task and is reused across tool boundaries. */
import { accused, nobody, twoSenders } from '../cases/expected-case.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, login, type Session, type Stage } from '../session.ts'
import { afterTheHolder, cloned, revokedInTheMiddle } from './moves.ts'

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
    investigated: nobody('created here'),
    run: async (stage) => {
      const { answer, session, tookNonce } = await attempt(stage, await agent(stage), CALL)
      return { answer, session, fault: tookNonce ? undefined : 'passed without a nonce where one is required' }
    },
  },
  {
    name: 'agent-after-task',
    story,
    honest: false,
    did: 'a tool uses the session two hours after the task, with the key and a token renewed just now',
    stops: "the session's age counts from auth_time, however young the token (session.maxAgeSeconds)",
    expected: { status: 401, reason: 'session_too_old' },
    investigated: accused('suspected', 'stale use', 'session', twoSenders('agent', 'tool')),
    run: async (stage) => {
      const session = await agent(stage, { auth_time: stage.nowSeconds() - 7200 })
      return attempt(stage, session, { ...CALL, workload: 'tool' })
    },
  },
  {
    name: 'agent-idle',
    story,
    honest: false,
    did: 'picks up a session that nobody used for twenty minutes',
    stops: 'a session without use for a quarter of an hour is over (session.idleSeconds)',
    expected: { status: 401, reason: 'session_idle' },
    investigated: nobody('stale use', 'decision'),
    run: async (stage) => {
      const then = stage.nowSeconds() - 1200
      return attempt(stage, await agent(stage, { iat: then, auth_time: then }), CALL)
    },
  },
  {
    name: 'agent-revoked',
    story,
    honest: false,
    did: 'a tool goes on, with token and key, in a session that was revoked a moment ago',
    stops: 'the revocation list is asked on every request, also for tokens that are known',
    expected: { status: 401, reason: 'revoked' },
    investigated: accused('proven', 'revoked use', 'session', twoSenders('agent', 'tool')),
    needs: ['revocations'],
    run: async (stage) => revokedInTheMiddle(stage, await agent(stage), CALL, { workload: 'tool' }),
  },
  {
    name: 'agent-other-tool',
    story,
    honest: false,
    did: "a tool takes the agent's token on to the deployment service, with a key and certificate of its own",
    stops: 'the token is for another audience: a tool must exchange it, not pass it on',
    expected: { status: 401, reason: 'audience_mismatch' },
    investigated: accused('proven', 'transplanted', 'token', twoSenders('agent', 'tool')),
    needs: ['own routes'],
    run: async (stage) => afterTheHolder(stage, await agent(stage), CALL, { service: 'deploy', workload: 'tool' }),
  },
  {
    name: 'agent-forwarded',
    story,
    honest: false,
    did: 'a tool passes on what the agent handed it: token and fresh proof, before the agent uses them',
    stops: 'the route wants the workload as well: the holder named in the token must be the caller',
    expected: { status: 403, reason: 'peer_mismatch' },
    investigated: accused('proven', 'forwarded', 'decision', twoSenders('agent', 'tool')),
    needs: ['own routes'],
    run: async (stage) => {
      const session = await login(stage, 'agent', 'deploy', { bind: ['key'] })
      return attempt(stage, session, { ...CALL, workload: 'tool' })
    },
  },
  {
    name: 'agent-across-tools',
    story,
    honest: false,
    did: 'a tool takes the proof for a search to another tool, where it would delete',
    stops: 'the proof names its target (htu)',
    expected: { status: 401, reason: 'proof_target_mismatch' },
    investigated: accused('proven', 'transplanted', 'token', twoSenders('agent', 'tool')),
    run: async (stage) => {
      const thief = { path: '/v1/tools/delete', signed: { path: CALL.path }, workload: 'tool' } as const
      return afterTheHolder(stage, await agent(stage), CALL, thief)
    },
  },
  {
    name: 'agent-cloned',
    story,
    honest: false,
    did: 'a tool copied key and token out of the memory that it shares with the agent, and calls beside it',
    stops: 'nothing at the check; each has nonces that the other never had, and the ledger tells the copy',
    expected: { status: 200, reason: 'ok', byLedger: true },
    investigated: accused('proven', 'cloned', 'session', twoSenders('agent', 'tool')),
    slow: true,
    needs: ['own routes', 'cases'],
    run: async (stage) => cloned([stage, stage], await agent(stage), CALL, { workload: 'tool' }),
  },
  {
    name: 'agent-made-in-advance',
    story,
    honest: false,
    did: 'a tool had the agent sign proofs for an hour ahead, before its key was locked away, and sends one',
    stops: 'a proof dated in the future is refused, whatever nonce it has',
    expected: { status: 401, reason: 'proof_future' },
    investigated: accused('proven', 'stale use', 'decision', twoSenders('agent', 'tool')),
    run: async (stage) => {
      const signed = { iatSeconds: stage.nowSeconds() + 3600 }
      return afterTheHolder(stage, await agent(stage), CALL, { signed, workload: 'tool' })
    },
  },
  {
    name: 'agent-old-proof',
    story,
    honest: false,
    did: 'a tool kept a proof that the agent made, and never used, ten minutes ago',
    stops: 'proofs are good for a minute (proof.maxAgeSeconds)',
    expected: { status: 401, reason: 'proof_stale' },
    investigated: accused('proven', 'stale use', 'decision', twoSenders('agent', 'tool')),
    run: async (stage) => {
      const signed = { iatSeconds: stage.nowSeconds() - 600 }
      return afterTheHolder(stage, await agent(stage), CALL, { signed, workload: 'tool' })
    },
  },
]
