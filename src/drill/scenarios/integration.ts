/** Story 4: an integration authenticates once and then lives on a bearer token that is never bound again. */
import { accused, nobody, twoSenders } from '../cases/expected-case.ts'
import { newSigningKey } from '../mint.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, bare, login, type Session, type Stage } from '../session.ts'
import { afterTheHolder, recordedThenSentAs, takeTurns, unsigned } from './moves.ts'

const story = 'third-party integration'

function partner(stage: Stage): Promise<Session> {
  return login(stage, 'integration', 'partners', { bind: ['certificate'] })
}

export const integration: readonly Scenario[] = [
  {
    name: 'partner-certificate',
    story,
    honest: true,
    did: 'calls with a token that is bound to its client certificate',
    stops: 'the certificate of the connection is the one in the token (RFC 8705 §3)',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    run: async (stage) => attempt(stage, await partner(stage)),
  },
  {
    name: 'partner-public-page',
    story,
    honest: true,
    did: 'reads a page that is open to everybody, without credentials',
    stops: 'the route has mode: off; it is counted all the same',
    expected: { status: 200, reason: 'ok' },
    needs: ['own routes'],
    run: async (stage) => ({ answer: await bare(stage, 'payments', 'integration', '/public/terms') }),
  },
  {
    name: 'partner-bearer',
    story,
    honest: false,
    did: 'lives on a plain bearer token, as it came',
    stops: 'the route takes bound tokens only',
    expected: { status: 401, reason: 'token_unbound' },
    investigated: nobody('created here'),
    run: async (stage) => attempt(stage, await login(stage, 'integration', 'partners')),
  },
  {
    name: 'partner-legacy',
    story,
    honest: false,
    did: 'does the same where the route still observes',
    stops: 'nothing yet, but it is told and counted: would_deny',
    expected: { status: 200, reason: 'token_unbound', wouldDeny: true },
    investigated: nobody('created here'),
    needs: ['own routes'],
    run: async (stage) => attempt(stage, await login(stage, 'integration', 'legacy')),
  },
  {
    name: 'partner-other-host',
    story,
    honest: false,
    did: 'another host uses that bearer token in between, where the route still observes',
    stops: 'nothing yet, but the ledger sees one token in two hands by turns',
    expected: { status: 200, reason: 'token_unbound', wouldDeny: true },
    investigated: accused('suspected', 'concurrent use', 'token', twoSenders('integration', 'reports')),
    needs: ['own routes', 'cases'],
    run: async (stage) => takeTurns(stage, await login(stage, 'integration', 'legacy'), { workload: 'reports' }),
  },
  {
    name: 'partner-replayed',
    story,
    honest: false,
    did: 'has begun to sign, and another host sends a recorded request again, where the route still observes',
    stops: 'nothing yet, but both senders are told: would_deny',
    expected: { status: 200, reason: 'proof_replayed', wouldDeny: true },
    investigated: accused('proven', 'replayed', 'decision', twoSenders('integration', 'reports')),
    needs: ['own routes'],
    run: async (stage) => {
      const session = await login(stage, 'integration', 'legacy', { bind: ['key'] })
      // Just after a start a proof needs a nonce, and a route that observes does not insist: it is taken up here.
      const { nonce } = await attempt(stage, session)
      return recordedThenSentAs(stage, session, { nonce }, 'reports')
    },
  },
  {
    name: 'partner-other-cert',
    story,
    honest: false,
    did: 'brings the bound token over a connection with a certificate of its own',
    stops: 'the token names the certificate (cnf.x5t#S256), and it is not this one',
    expected: { status: 401, reason: 'certificate_mismatch' },
    investigated: accused('proven', 'stolen', 'token', twoSenders('integration', 'reports')),
    run: async (stage) => afterTheHolder(stage, await partner(stage), {}, { workload: 'reports' }),
  },
  {
    name: 'partner-expired',
    story,
    honest: false,
    did: 'uses a token that expired an hour ago',
    stops: 'exp has passed',
    expected: { status: 401, reason: 'token_expired' },
    investigated: nobody('stale use', 'token'),
    run: async (stage) => {
      const then = stage.nowSeconds() - 3600
      const claims = { iat: then - 600, auth_time: then - 600, exp: then }
      return attempt(stage, await login(stage, 'integration', 'partners', { bind: ['certificate'], claims }))
    },
  },
  {
    name: 'partner-forged',
    story,
    honest: false,
    did: 'makes a token himself and signs it with his own key',
    stops: 'no key of the issuer verifies it',
    expected: { status: 401, reason: 'token_signature' },
    investigated: nobody('nothing known'),
    run: async (stage) => {
      const signer = { ...(await newSigningKey()).key, thumbprint: stage.world.issuerKey.thumbprint }
      return attempt(stage, await login(stage, 'integration', 'partners', { bind: ['certificate'], signer }))
    },
  },
  {
    name: 'partner-alg-none',
    story,
    honest: false,
    did: 'rewrites the claims and says alg: none',
    stops: 'algorithms come from the configuration, never from the token (RFC 8725 §3.1)',
    expected: { status: 401, reason: 'token_signature' },
    investigated: nobody('nothing known'),
    run: async (stage) => {
      const session = await partner(stage)
      return attempt(stage, { ...session, token: unsigned(session.token) })
    },
  },
]
