/** Story 4: an integration authenticates once and then lives on a bearer token that is never bound again. */
import { newSigningKey } from '../mint.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, bare, login, type Session, type Stage } from '../session.ts'
import { unsigned } from './moves.ts'

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
    run: async (stage) => attempt(stage, await login(stage, 'integration', 'partners')),
  },
  {
    name: 'partner-legacy',
    story,
    honest: false,
    did: 'does the same where the route still observes',
    stops: 'nothing yet, but it is told and counted: would_deny',
    expected: { status: 200, reason: 'token_unbound', wouldDeny: true },
    needs: ['own routes'],
    run: async (stage) => attempt(stage, await login(stage, 'integration', 'legacy')),
  },
  {
    name: 'partner-other-cert',
    story,
    honest: false,
    did: 'brings the bound token over a connection with a certificate of its own',
    stops: 'the token names the certificate (cnf.x5t#S256), and it is not this one',
    expected: { status: 401, reason: 'certificate_mismatch' },
    run: async (stage) => attempt(stage, await partner(stage), { workload: 'reports' }),
  },
  {
    name: 'partner-expired',
    story,
    honest: false,
    did: 'uses a token that expired an hour ago',
    stops: 'exp has passed',
    expected: { status: 401, reason: 'token_expired' },
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
    run: async (stage) => {
      const session = await partner(stage)
      return attempt(stage, { ...session, token: unsigned(session.token) })
    },
  },
]
