/** What looks like theft and is not: each passes, and the case afterwards accuses nobody. */
import { nobody } from '../cases/expected-case.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { type Attempt, attempt, login, type Session, type Stage } from '../session.ts'
import { oneClient } from './moves.ts'

const story = 'look-alikes'
const CALL = { method: 'POST', path: '/v1/tools/search' } as const
const SLOW_CLOCK_SECONDS = 600

function account(stage: Stage): Promise<Session> {
  return login(stage, 'payments', 'payments', { bind: ['key'] })
}

function agent(stage: Stage): Promise<Session> {
  return login(stage, 'agent', 'tools', { bind: ['key'] })
}

/** Refused once, as it should be; the client mends what it was told and goes on. */
async function refusedAs(reason: string, refused: Promise<Finding>, then: () => Promise<Finding>): Promise<Finding> {
  const { answer, session } = await refused
  if (answer.status !== 401 || (answer.reason !== undefined && answer.reason !== reason))
    return { answer, session, fault: `the first request was not refused as ${reason}` }
  return then()
}

/** The answer to a proof is lost, and the client sends the same bytes again; then it signs anew. */
async function retried(stage: Stage): Promise<Finding> {
  const session = await account(stage)
  const { answer, proof } = await attempt(stage, session)
  if (answer.status !== 200) return { answer, session, fault: 'the first request was refused' }
  const again = attempt(stage, session, { proofs: [proof] })
  return refusedAs('proof_replayed', again, () => attempt(stage, session))
}

/** The certificate is renewed, so the token that was bound to it is too, in the same session. */
async function renewedWithItsToken(stage: Stage): Promise<Finding> {
  const first = await login(stage, 'integration', 'partners', { bind: ['certificate'] })
  const { answer } = await attempt(stage, first)
  if (answer.status !== 200) return { answer, session: first, fault: 'the first request was refused' }
  const claims = { sid: first.sessionId }
  const renewed = await login(stage, 'integration', 'partners', { bind: ['certificate'], pod: '2', claims })
  const early = attempt(stage, first, { pod: '2' })
  return refusedAs('certificate_rotated', early, () =>
    attempt(stage, { ...renewed, sessionId: first.sessionId }, { pod: '2' }),
  )
}

/** The key is renewed; the old token does not fit it any more, so it is renewed too. */
async function renewedKey(stage: Stage): Promise<Finding> {
  const first = await account(stage)
  const { answer } = await attempt(stage, first)
  if (answer.status !== 200) return { answer, session: first, fault: 'the first request was refused' }
  const claims = { sid: first.sessionId }
  const renewed = await login(stage, 'payments', 'payments', { bind: ['key'], claims })
  const early = attempt(stage, first, { key: renewed.key })
  return refusedAs('proof_key_mismatch', early, () => attempt(stage, { ...renewed, sessionId: first.sessionId }))
}

/** The case is that of the old token. */
async function renewedLate(stage: Stage): Promise<Finding> {
  const now = stage.nowSeconds()
  const old = await login(stage, 'payments', 'payments', { bind: ['key'], claims: { iat: now - 660, exp: now - 60 } })
  const late = attempt(stage, old)
  const renewed = await login(stage, 'payments', 'payments', { bind: ['key'], claims: { sid: old.sessionId } })
  const end = await refusedAs('token_expired', late, () => attempt(stage, renewed))
  return { ...end, session: old }
}

/** A new token of the same session for the same key, as by a refresh token. */
async function refreshed(stage: Stage): Promise<Finding> {
  const first = await agent(stage)
  const { answer } = await attempt(stage, first, CALL)
  if (answer.status !== 200) return { answer, session: first, fault: 'the first request was refused' }
  const claims = { sid: first.sessionId, cnf: { jkt: first.key.thumbprint } }
  const renewed = await login(stage, 'agent', 'tools', { bind: ['key'], claims })
  return attempt(stage, { ...renewed, sessionId: first.sessionId, key: first.key }, CALL)
}

export const lookAlikes: readonly Scenario[] = [
  {
    name: 'like-retry',
    story,
    honest: true,
    did: 'loses an answer, sends the same proof again, is refused, and signs anew',
    stops: 'the proof came twice, but from one sender: a repetition, not a theft',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('repeated by its own sender'),
    run: retried,
  },
  {
    name: 'like-new-certificate',
    story,
    honest: true,
    did: 'gets a new certificate in the middle of a session',
    stops: 'the SPIFFE ID is the holder, whichever certificate carries it',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'key'),
    run: async (stage) =>
      oneClient(
        await account(stage),
        (['1', '1', '2', '2'] as const).map((pod) => ({ at: stage, pod })),
      ),
  },
  {
    name: 'like-new-binding',
    story,
    honest: true,
    did: 'gets a new certificate under a token that is bound to the old one, and a new token for it',
    stops: 'the refusal says that the certificate was renewed (certificate_rotated); the new token fits',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    needs: ['own routes'],
    run: renewedWithItsToken,
  },
  {
    name: 'like-new-key',
    story,
    honest: true,
    did: 'starts with a new key and the old token, is refused, and gets a token for it',
    stops: 'the workload shows its own identity: a token without its key, and no thief',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('stolen'),
    needs: ['own routes'],
    run: renewedKey,
  },
  {
    name: 'like-refresh',
    story,
    honest: true,
    did: 'renews its token in the middle of a session, with the same key',
    stops: 'session and key are the same, only the token is another',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'token'),
    run: refreshed,
  },
  {
    name: 'like-late-renewal',
    story,
    honest: true,
    did: 'overslept: sends a token that expired a minute ago, is refused, and renews it',
    stops: 'an expired token is refused, and who holds it may well be its owner',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('stale use', 'token'),
    run: renewedLate,
  },
  {
    name: 'like-pods-with-key',
    story,
    honest: true,
    did: 'three pods of one workload share a key, each with a memory of nonces of its own',
    stops: 'one SPIFFE ID is one holder: their nonces tell nothing apart',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'key'),
    needs: ['own routes'],
    run: async (stage) => {
      const session = await agent(stage)
      const pods = (['1', '2', '3'] as const).map((pod) =>
        oneClient(
          session,
          Array<Attempt>(3)
            .fill(CALL)
            .map((call) => ({ ...call, at: stage, pod })),
        ),
      )
      const ends = await Promise.all(pods)
      return ends.find(({ answer }) => answer.status !== 200) ?? (ends[0] as Finding)
    },
  },
  {
    name: 'like-addresses',
    story,
    honest: true,
    did: 'one client behind several addresses (NAT, a proxy), with one memory of nonces',
    stops: 'the workload is known by its certificate, wherever it sends from',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'key'),
    needs: ['own routes'],
    run: async (stage) =>
      oneClient(
        await agent(stage),
        ['127.0.0.2', '127.0.0.3', '127.0.0.2', '127.0.0.4'].map((from) => ({ ...CALL, at: stage, from })),
      ),
  },
  {
    name: 'like-slow-clock',
    story,
    honest: true,
    did: 'has a clock that is ten minutes slow, is refused, sets it, and goes on',
    stops: 'a proof of the wrong time is refused, and accuses nobody',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    run: async (stage) => {
      const session = await account(stage)
      const slow = attempt(stage, session, { signed: { iatSeconds: stage.nowSeconds() - SLOW_CLOCK_SECONDS } })
      return refusedAs('proof_stale', slow, () => attempt(stage, session))
    },
  },
  {
    name: 'like-restart',
    story,
    honest: true,
    did: 'starts anew twice: key and token are kept, the memory of nonces is not',
    stops: 'without a nonce a client is handed one: that is no second holder',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here', 'key'),
    run: async (stage) => {
      const session = await agent(stage)
      const life = Array<Attempt>(3)
        .fill(CALL)
        .map((call) => ({ ...call, at: stage }))
      const before = [await oneClient(session, life), await oneClient(session, life)]
      return before.find(({ fault }) => fault !== undefined) ?? oneClient(session, life)
    },
  },
]
