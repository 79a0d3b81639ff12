/**
 * Theft across replicas: what one of them has seen, handed out or been told holds at the other. Each gateway stands in
 * front of a replica of its own, and the replicas share the store.
 */
import { accused, nobody, twoSenders } from '../cases/expected-case.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { attempt, freshProof, login, type Session, type Stage } from '../session.ts'
import { burst, cloned, oneClient } from './moves.ts'
import { revokeShared } from './revoke-shared.ts'

const story = 'two replicas'
const TRANSFER = { method: 'POST', path: '/v1/transfers' } as const
const TOOL_CALL = { method: 'POST', path: '/v1/tools/search' } as const
const COPIES = 20

function account(stage: Stage): Promise<Session> {
  return login(stage, 'payments', 'payments', { bind: ['key'] })
}

/** The same people at the other gateway. Runs only where there is one (needs.ts). */
function atSecond(stage: Stage): Stage {
  if (stage.second === undefined) throw new Error('the scenario needs a second gateway')
  return { ...stage, target: stage.second }
}

/** Signed with the nonce that the first replica demands, and sent to the second, once. */
async function nonceOfTheOther(stage: Stage): Promise<Finding> {
  const session = await login(stage, 'agent', 'tools', { bind: ['key'] })
  const without = await freshProof(stage, session, TOOL_CALL, undefined)
  const { answer } = await attempt(stage, session, { ...TOOL_CALL, proofs: [without] })
  if (answer.nonce === undefined) return { answer, fault: 'the first replica handed out no nonce' }
  const proof = await freshProof(stage, session, TOOL_CALL, answer.nonce)
  return attempt(atSecond(stage), session, { ...TOOL_CALL, proofs: [proof] })
}

async function recordedAtTheOther(stage: Stage): Promise<Finding> {
  const session = await account(stage)
  const { answer, proof } = await attempt(stage, session, TRANSFER)
  if (answer.status !== 200) return { answer, fault: 'the honest request was refused' }
  return attempt(atSecond(stage), session, { ...TRANSFER, proofs: [proof] })
}

/** No patience at the second replica: the command has said that all have applied it. */
async function revokedAtTheOther(stage: Stage): Promise<Finding> {
  const session = await account(stage)
  const second = atSecond(stage)
  const { answer } = await attempt(second, session, TRANSFER)
  if (answer.status !== 200) return { answer, fault: 'the honest request was refused' }
  const fault = await revokeShared(stage.world, session)
  return { ...(await attempt(second, session, { ...TRANSFER, workload: 'reports' })), fault }
}

export const twoReplicas: readonly Scenario[] = [
  {
    name: 'replicas-nonce',
    story,
    honest: true,
    did: 'is handed a nonce by one replica, signs it, and is sent to the other',
    stops: 'the replicas make their nonces from one secret (nonce.secret)',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    needs: ['second target'],
    run: nonceOfTheOther,
  },
  {
    name: 'replicas-one-client',
    story,
    honest: true,
    did: 'a client is sent to the one and the other by turns, and signs the last nonce that it was handed',
    stops: 'one client has one memory of nonces, whichever replica filled it',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'key'),
    needs: ['second target'],
    run: async (stage) => {
      const session = await login(stage, 'agent', 'tools', { bind: ['key'] })
      const turns = [stage, atSecond(stage), stage, atSecond(stage)]
      return oneClient(
        session,
        turns.map((at) => ({ ...TOOL_CALL, at })),
      )
    },
  },
  {
    name: 'replicas-replay',
    story,
    honest: false,
    did: 'records a request at one replica and sends it again to the other',
    stops: 'the replicas share the marks of used proofs',
    expected: { status: 401, reason: 'proof_replayed' },
    investigated: nobody('repeated by its own sender', 'token'),
    needs: ['second target'],
    run: recordedAtTheOther,
  },
  {
    name: 'replicas-race',
    story,
    honest: false,
    did: 'sends one proof to both replicas at once, ten times to each',
    stops: 'the mark is one atomic step of the store: exactly one of the twenty is first',
    expected: { status: 401, reason: 'proof_replayed' },
    investigated: nobody('repeated by its own sender'),
    needs: ['second target'],
    run: async (stage) => burst([stage, atSecond(stage)], await account(stage), COPIES),
  },
  {
    name: 'replicas-cloned',
    story,
    honest: false,
    did: 'uses a copied key at one replica while its holder is at the other',
    stops: 'nothing at the checks; the replicas write one ledger, and it tells the copy',
    expected: { status: 200, reason: 'ok', byLedger: true },
    investigated: accused('proven', 'cloned', 'key', twoSenders('payments', 'reports')),
    slow: true,
    needs: ['second target', 'cases'],
    run: async (stage) => cloned([stage, atSecond(stage)], await account(stage), {}, { workload: 'reports' }),
  },
  {
    name: 'replicas-revoked',
    story,
    honest: false,
    did: 'goes on at the other replica, from another pod, once holdfast revoke has ended the session',
    stops: 'the replicas share the list, and the command ends when each has applied it',
    expected: { status: 401, reason: 'revoked' },
    investigated: accused('proven', 'revoked use', 'session', twoSenders('payments', 'reports')),
    needs: ['shared revocations'],
    run: revokedAtTheOther,
  },
]
