import { describe, expect, it } from 'vitest'
import { refusal } from '../../../src/check/refusal.ts'
import { decodeSession, encodeSession } from '../../../src/ledger/record-codec.ts'
import { MAX_SENDERS } from '../../../src/ledger/session-record.ts'
import { TOKEN } from '../../support/decisions.ts'
import { WORKLOAD } from '../../support/ledger-records.ts'
import { CERTIFICATE, identifiers, NOW_MS, PEER, watching } from '../../support/session-watch.ts'

describe('what is seen of one session', () => {
  it('all that the token and the connection say, under hashed names', () => {
    const { use, session } = watching()
    use(0, {
      token: { holder: WORKLOAD, issuedAtSeconds: 1_800_000_000.5, expiresAtSeconds: 1_800_000_600.5 },
      findings: { held: ['dpop', 'workload'], nonce: 'a nonce' },
      facts: { sourceAddress: '10.0.0.1', userAgent: 'client/1' },
    })
    const record = session()
    expect(record).toEqual({
      id: identifiers.session(TOKEN),
      handle: identifiers.seal(TOKEN),
      issuer: TOKEN.issuer,
      subject: 'deployer',
      client: TOKEN.client,
      holder: WORKLOAD,
      audience: TOKEN.audience,
      held: ['dpop', 'workload'],
      keyThumbprint: 'thumbprint',
      certificateThumbprint: undefined,
      issuedAtSeconds: 1_800_000_000,
      expiresAtSeconds: 1_800_000_601,
      tokens: [{ token: identifiers.token(TOKEN.sha256), jti: identifiers.jti(TOKEN.issuer, 'token-1') }],
      firstSeenMs: NOW_MS,
      lastSeenMs: NOW_MS,
      lastAllowedMs: NOW_MS,
      firstSeen: 'created_here',
      uses: 1,
      senders: [
        {
          peer: WORKLOAD,
          certificate: CERTIFICATE,
          address: '10.0.0.1',
          count: 1,
          firstMs: NOW_MS,
          lastMs: NOW_MS,
          agent: expect.stringMatching(/^[\w-]{8}$/),
        },
      ],
      sendersOmitted: 0,
      routes: [{ route: 'payments', count: 1, lastMs: NOW_MS }],
      routesOmitted: 0,
      verdicts: { ok: 1 },
      nonceHeadMs: NOW_MS,
      revoked: undefined,
      incidents: [],
      incidentCount: 0,
    })
  })

  it('no byte of token, sid, jti, nonce or user agent stands in it', () => {
    const { use, watch } = watching()
    use(0, { findings: { nonce: 'nonce-of-the-answer' }, facts: { userAgent: 'agent-of-the-client' } })
    const { sessions } = watch.take()
    const text = JSON.stringify(sessions) + sessions.map(encodeSession).join()
    for (const secret of [TOKEN.sha256, 'session-1', 'token-1', 'nonce-of', 'agent-of'])
      expect(text).not.toContain(secret)
  })

  it('counts uses, senders, routes and verdicts; a refused sender is in the list', () => {
    const { use, session } = watching()
    use(0, { facts: { sourceAddress: '10.0.0.1' } })
    use(10, { facts: { sourceAddress: '10.0.0.1' }, route: 'refunds' })
    const thief = { peer: { ...PEER, spiffeId: 'spiffe://example.org/thief' } }
    use(20, { facts: { sourceAddress: '10.6.6.6' }, findings: thief, refused: refusal('proof_key_mismatch', 'x') })
    use(30, { facts: { sourceAddress: '10.6.6.6' }, findings: thief, refused: refusal('proof_key_mismatch', 'x') })
    expect(session()).toMatchObject({
      uses: 4,
      verdicts: { ok: 2, proof_key_mismatch: 2 },
      firstSeenMs: NOW_MS,
      lastSeenMs: NOW_MS + 30,
      lastAllowedMs: NOW_MS + 10,
      senders: [
        { address: '10.0.0.1', count: 2, firstMs: NOW_MS, lastMs: NOW_MS + 10 },
        {
          address: '10.6.6.6',
          peer: 'spiffe://example.org/thief',
          count: 2,
          firstMs: NOW_MS + 20,
          lastMs: NOW_MS + 30,
        },
      ],
      routes: [
        { route: 'payments', count: 3 },
        { route: 'refunds', count: 1 },
      ],
    })
  })

  it('`held` is of the last clean allow: not of a refusal, nor of one that a route let pass', () => {
    const { use, session } = watching()
    use(0, { findings: { held: ['dpop'] } })
    use(10, { refused: refusal('proof_missing', 'x') })
    use(20, { refused: refusal('token_unbound', 'x'), mode: 'observe' })
    expect(session()).toMatchObject({ held: ['dpop'], lastAllowedMs: NOW_MS, lastSeenMs: NOW_MS + 20 })
  })

  it('one that was only ever let pass is there, and holds nothing', () => {
    const { use, session } = watching()
    use(0, { refused: refusal('token_unbound', 'x'), mode: 'observe' })
    expect(session()).toMatchObject({ held: [], lastAllowedMs: undefined, verdicts: { token_unbound: 1 }, uses: 1 })
  })

  it('the first refusal as revoked, with what was revoked', () => {
    const { use, session } = watching()
    use(0, { refused: refusal('revoked', 'x', { revocation: { id: 'rv-1', kind: 'key' } }) })
    use(10, { refused: refusal('revoked', 'x', { revocation: { id: 'rv-2', kind: 'subject' } }) })
    expect(session()?.revoked).toEqual({ id: 'rv-1', kind: 'key', atMs: NOW_MS })
  })

  it('checks that end in another order than they began are put in order', () => {
    const { use, session } = watching()
    use(70_000, { findings: { held: ['dpop'], nonce: 'n' } })
    use(0, { findings: { held: [], nonce: 'n' } })
    expect(session()).toMatchObject({
      firstSeenMs: NOW_MS,
      firstSeen: 'created_here',
      lastSeenMs: NOW_MS + 70_000,
      held: ['dpop'],
      nonceHeadMs: NOW_MS + 70_000,
      senders: [{ firstMs: NOW_MS, lastMs: NOW_MS + 70_000 }],
      routes: [{ lastMs: NOW_MS + 70_000 }],
    })
  })

  it('what is without a verified token is not seen', () => {
    const { use, watch } = watching()
    use(0, { findings: { token: undefined }, refused: refusal('token_signature', 'x') })
    expect(watch.take()).toEqual({ sessions: [], more: false, keys: [], dropped: 0, sinceMs: NOW_MS })
  })

  it('two tokens of one session are one, with both names', () => {
    const { use, session } = watching()
    use(0)
    use(10, { token: { sha256: 'ff'.repeat(32), tokenId: undefined, expiresAtSeconds: 1_800_009_999 } })
    expect(session()).toMatchObject({
      uses: 2,
      expiresAtSeconds: 1_800_009_999,
      tokens: [
        { token: identifiers.token(TOKEN.sha256), jti: identifiers.jti(TOKEN.issuer, 'token-1') },
        { token: identifiers.token('ff'.repeat(32)), jti: undefined },
      ],
    })
  })

  it('a flood of addresses is bounded: the first stays, the number of uses stays right', () => {
    const { use, session } = watching()
    for (let n = 0; n < 500; n++) use(n, { facts: { sourceAddress: `10.0.${n >> 8}.${n & 255}` } })
    const record = session()
    expect(record?.senders.length).toBeLessThanOrEqual(2 * MAX_SENDERS)
    expect(record?.senders[0]?.address).toBe('10.0.0.0')
    expect(record?.senders.at(-1)?.address).toBe('10.0.1.243')
    expect((record?.senders ?? []).reduce((sum, { count }) => sum + count, record?.sendersOmitted ?? 0)).toBe(500)
  })

  it('a flood of routes is bounded, and counted', () => {
    const { use, session } = watching()
    for (let n = 0; n < 40; n++) use(n, { route: `route-${n}` })
    expect(session()).toMatchObject({ uses: 40, routes: { length: 16 }, routesOmitted: 24 })
  })

  it('can be written and read', () => {
    const { use, session } = watching()
    use(0, { findings: { nowMs: NOW_MS + 0.75 } })
    const record = session()
    expect(record && decodeSession(record.id, encodeSession(record))).toEqual(record)
  })
})
