/** Story 2: a token is copied out of an image or process memory; another pod calls internal APIs as the workload. */
import { accused, nobody, twoSenders } from '../cases/expected-case.ts'
import { newSigningKey } from '../mint.ts'
import type { Scenario } from '../scenario.ts'
import { attempt, bare, login, type Session, type Stage, USUAL_PATH } from '../session.ts'
import { afterTheHolder, burst, cloned, recordedThenSentAs, seenByUpstream, takeTurns } from './moves.ts'

const story = 'service account'
const TRANSFER = { method: 'POST', path: '/v1/transfers' } as const

function account(stage: Stage): Promise<Session> {
  return login(stage, 'payments', 'payments', { bind: ['key'] })
}

function unbound(stage: Stage): Promise<Session> {
  return login(stage, 'payments', 'orders')
}

export const serviceAccount: readonly Scenario[] = [
  {
    name: 'sa-reads',
    story,
    honest: true,
    did: 'reads accounts: GET with a query, DPoP',
    stops: 'the key is the one that the token names; query and fragment are not signed',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    run: async (stage) => attempt(stage, await account(stage), { path: `${USUAL_PATH}?limit=2&after=b%2Fc` }),
  },
  {
    name: 'sa-writes',
    story,
    honest: true,
    did: 'sends money: POST to a path with percent-encoded letters, DPoP',
    stops: 'the signed URI and the path that Envoy saw have one normal form (RFC 3986 §6.2.2)',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    run: async (stage) =>
      attempt(stage, await account(stage), {
        method: 'POST',
        path: '/v1/caf%C3%A9/transfers',
        signed: { path: '/v1/caf%c3%a9/transfers' },
      }),
  },
  {
    name: 'sa-several-pods',
    story,
    honest: true,
    did: 'three pods of the workload use one workload token, each with a certificate of its own',
    stops: 'the SPIFFE ID is the holder, whichever certificate carries it',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    needs: ['own routes'],
    run: async (stage) => {
      const session = await unbound(stage)
      const first = await attempt(stage, session)
      const second = await attempt(stage, session, { pod: '2' })
      const third = await attempt(stage, session, { pod: '3' })
      return [first, second].find(({ answer }) => answer.status !== 200) ?? third
    },
  },
  {
    name: 'sa-other-pod',
    story,
    honest: false,
    did: 'another pod, of the same namespace, sends the copied token',
    stops: 'the holder named in the token must be the caller',
    expected: { status: 403, reason: 'peer_mismatch' },
    investigated: accused('proven', 'forwarded', 'token', twoSenders('payments', 'reports')),
    needs: ['own routes'],
    run: async (stage) => afterTheHolder(stage, await unbound(stage), {}, { workload: 'reports' }),
  },
  {
    name: 'sa-forged-xfcc',
    story,
    honest: false,
    did: 'that pod adds an x-forwarded-client-cert that names the victim',
    stops: 'Envoy replaces the header, and Holdfast believes the certificate of the connection',
    expected: { status: 403, reason: 'peer_mismatch' },
    investigated: accused('proven', 'forwarded', 'decision', twoSenders('payments', 'reports')),
    needs: ['own routes', 'Envoy'],
    run: async (stage) => {
      const forged = `Hash=${'ab'.repeat(32)};URI=spiffe://example.org/ns/shop/sa/payments`
      const thief = { workload: 'reports', headers: [['X-Forwarded-Client-Cert', forged]] } as const
      return afterTheHolder(stage, await unbound(stage), {}, thief)
    },
  },
  {
    name: 'sa-own-key',
    story,
    honest: false,
    did: 'that pod signs for a copied token with a key of its own',
    stops: 'the token names the key (cnf.jkt), and it is not this one',
    expected: { status: 401, reason: 'proof_key_mismatch' },
    investigated: accused('proven', 'stolen', 'token', twoSenders('payments', 'reports')),
    run: async (stage) => {
      const { key } = await newSigningKey()
      return afterTheHolder(stage, await account(stage), {}, { workload: 'reports', key })
    },
  },
  {
    name: 'sa-key-copied',
    story,
    honest: false,
    did: 'took the key as well, and uses it in between, on a route that asks for the key alone',
    stops: 'nothing at the check; the ledger sees one session in two hands by turns',
    expected: { status: 200, reason: 'ok', byLedger: true },
    investigated: accused('suspected', 'concurrent use', 'token', twoSenders('payments', 'reports')),
    needs: ['own routes', 'cases'],
    run: async (stage) => takeTurns(stage, await account(stage), { workload: 'reports' }),
  },
  {
    name: 'sa-cloned',
    story,
    honest: false,
    did: 'goes on with that key beside its holder for half a minute',
    stops: 'nothing at the check; each has nonces that the other never had, and the ledger tells the copy',
    expected: { status: 200, reason: 'ok', byLedger: true },
    investigated: accused('proven', 'cloned', 'key', twoSenders('payments', 'reports')),
    slow: true,
    needs: ['own routes', 'cases'],
    run: async (stage) => cloned([stage, stage], await account(stage), {}, { workload: 'reports' }),
  },
  {
    name: 'sa-foreign-domain',
    story,
    honest: false,
    did: 'a workload of the same name in another trust domain sends it',
    stops: 'only the trust domains of the configuration are believed',
    expected: { status: 403, reason: 'peer_untrusted' },
    investigated: nobody('nothing known'),
    needs: ['own routes'],
    run: async (stage) => attempt(stage, await unbound(stage), { workload: 'outsider' }),
  },
  {
    name: 'sa-replay-other-pod',
    story,
    honest: false,
    did: 'another pod records token and proof on the way and sends both again',
    stops: 'a proof is good once, whoever brings it',
    expected: { status: 401, reason: 'proof_replayed' },
    investigated: accused('proven', 'replayed', 'jti', twoSenders('payments', 'reports')),
    run: async (stage) => recordedThenSentAs(stage, await account(stage), TRANSFER, 'reports'),
  },
  {
    name: 'sa-burst',
    story,
    honest: false,
    did: 'sends one proof twenty times at once',
    stops: 'the mark is one atomic step: exactly one of them is first',
    expected: { status: 401, reason: 'proof_replayed' },
    investigated: nobody('repeated by its own sender'),
    run: async (stage) => burst([stage], await account(stage), 20),
  },
  {
    name: 'sa-other-path',
    story,
    honest: false,
    did: 'another pod carries a recorded proof for reading accounts over to transfers',
    stops: 'the proof names its target (htu)',
    expected: { status: 401, reason: 'proof_target_mismatch' },
    investigated: accused('proven', 'transplanted', 'session', twoSenders('payments', 'reports')),
    run: async (stage) => {
      const thief = { path: '/v1/transfers', signed: { path: USUAL_PATH }, workload: 'reports' } as const
      return afterTheHolder(stage, await account(stage), {}, thief)
    },
  },
  {
    name: 'sa-other-method',
    story,
    honest: false,
    did: 'turns a GET into a DELETE under the same proof',
    stops: 'the proof names its method (htm)',
    expected: { status: 401, reason: 'proof_target_mismatch' },
    investigated: nobody('transplanted', 'decision'),
    run: async (stage) => attempt(stage, await account(stage), { method: 'DELETE', signed: { method: 'GET' } }),
  },
  {
    name: 'sa-two-proofs',
    story,
    honest: false,
    did: 'sends two DPoP headers, hoping that each side reads another one',
    stops: 'which proof counts is never a matter of order: two are none',
    expected: { status: 401, reason: 'credentials_ambiguous', error: 'invalid_dpop_proof' },
    investigated: nobody('created here'),
    run: async (stage) => {
      const session = await account(stage)
      const { proof } = await attempt(stage, session)
      const other = await attempt(stage, session)
      return attempt(stage, session, { proofs: [proof, other.proof] })
    },
  },
  {
    name: 'sa-spoofed-identity',
    story,
    honest: false,
    did: 'adds x-holdfast-subject: admin, and more of that prefix, to a good request',
    stops: 'the headers of the prefix are written over or removed: the service sees who it really is',
    expected: { status: 200, reason: 'ok' },
    investigated: nobody('created here'),
    run: async (stage) => seenByUpstream(stage, await account(stage)),
  },
  {
    name: 'sa-dot-path',
    story,
    honest: false,
    did: 'asks for /public/../admin without credentials: /public is open',
    stops: 'the path that is served is the path that is checked',
    expected: { status: 401, reason: 'token_missing' },
    needs: ['Envoy'],
    run: async (stage) => ({ answer: await bare(stage, 'payments', 'reports', '/public/../admin') }),
  },
  {
    name: 'sa-escaped-path',
    story,
    honest: false,
    did: 'asks for /public/..%2fadmin without credentials',
    stops: 'Envoy refuses escaped slashes; without it, a path that reads as two routes is none',
    expected: { status: 400, reason: 'envoy' },
    withoutEnvoy: { status: 403, reason: 'route_unknown' },
    needs: ['own routes'],
    run: async (stage) => ({ answer: await bare(stage, 'payments', 'reports', '/public/..%2fadmin') }),
  },
]
