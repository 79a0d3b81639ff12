import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makeMemoryLedger } from '../../../src/adapters/memory/memory-ledger.ts'
import { command } from '../../../src/cli/investigate.ts'
import { issueCertificate, makeCa } from '../../../src/drill/certificates.ts'
import type { Case } from '../../../src/ledger/case/case.ts'
import { BOUND, RUNNER, refusedAs, THIEF_SENDER } from '../ledger/case/world.ts'
import { makeLedgerWorld } from './ledger-world.ts'
import { makeRevocationWorld } from './revocation-world.ts'

const RAW_TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'

async function theftWorld() {
  const world = await makeLedgerWorld()
  const token = { ...BOUND, sha256: hash('sha256', RAW_TOKEN) }
  world.use({ token })
  world.use({ token, sender: THIEF_SENDER, at: 5_000, refused: refusedAs('peer_mismatch') })
  await world.flush('verdicts')
  return world
}

describe('holdfast investigate', () => {
  test('prints the case, and ends with 0', async () => {
    const world = await theftWorld()
    const { code, out, err } = await world.run(command, ['peer', RUNNER])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^FORWARDED {2}\(proven\)\n {2}Proven: /)
    for (const part of [
      'Speaks for it',
      'Senders',
      'Timeline',
      'Still alive',
      'holdfast revoke',
      'Labels',
      'Searched',
    ]) {
      expect(out).toContain(part)
    }
  })

  test.each([
    ['as VALUE', ['token', RAW_TOKEN], ''],
    ['on standard input', ['token', '-'], `${RAW_TOKEN}\n`],
    ['its hash on standard input', ['token', '-'], hash('sha256', RAW_TOKEN)],
    ['its hash in upper case', ['token', hash('sha256', RAW_TOKEN).toUpperCase()], ''],
  ])('a raw token, %s, is hashed at once and never printed', async (_, args, stdin) => {
    const world = await theftWorld()
    const ran = await world.run(command, [...args, '--json'], { stdin })
    expect([ran.code, ran.err]).toEqual([0, ''])
    const made = JSON.parse(ran.out) as Case
    expect(made.asked).toEqual({ kind: 'token', value: hash('sha256', RAW_TOKEN) })
    expect(made.finding).toMatchObject({ name: 'forwarded', confidence: 'proven' })
    for (const part of RAW_TOKEN.split('.')) expect(ran.out).not.toContain(part)
  })

  test('--markdown is for the ticket', async () => {
    const { code, out } = await (await theftWorld()).run(command, ['session', 'sid-of-the-runner', '--markdown'])
    expect(code).toBe(0)
    expect(out).toMatch(/^## forwarded, proven\n/)
  })

  test('nothing known: what was searched, and 1', async () => {
    const { code, out, err } = await (await theftWorld()).run(command, ['jti', 'of-nobody'])
    expect([code, err]).toEqual([1, ''])
    expect(out).toContain('Nothing is known of it: looked for by jti.')
    expect(out).toMatch(/Searched\n {2}jti [\w-]{22}: 0 found/)
  })

  test.each([
    [[], 'KIND and VALUE are needed'],
    [['token'], 'KIND and VALUE are needed'],
    [['tokn', 'x'], 'there is no kind like this'],
    [['token', 'short'], 'is no SHA-256 of a token as hex'],
    [['token', '-'], 'the value is empty'],
    [['key', 'short'], 'is no RFC 7638 thumbprint'],
    [['certificate', 'serial=0A issuer=CN=x'], 'not by serial number'],
    [['peer', 'spiffe://example.org/*'], 'name one workload'],
    [['peer', 'example.org'], 'is no SPIFFE ID'],
    [['subject', ''], 'is empty'],
    [['jti', 'x', '--issuer', ''], 'the issuer is empty'],
    [['jti', 'x', '--json', '--markdown'], 'exclude each other'],
    [['jti', '--x'], 'unknown option --x'],
  ])('%j is wrong use', async (args, message) => {
    const { code, out, err } = await (await makeLedgerWorld()).run(command, args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  test.each(['jti', 'session', 'subject', 'key', 'decision'])(
    'a whole token as %s is refused and not repeated',
    async (kind) => {
      const { code, out, err } = await (await makeLedgerWorld()).run(command, [kind, RAW_TOKEN])
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('is a whole token')
      for (const part of RAW_TOKEN.split('.')) expect(err).not.toContain(part)
    },
  )

  test('a ledger that cannot be read ends with 3', async () => {
    const bounds = { retentionSeconds: 60, maxSessions: 10, maxIncidents: 10 }
    const store = {
      ...makeMemoryLedger(bounds, Date.now),
      gaps: async () => ({ ok: false as const, detail: 'it is gone' }),
    }
    const { code, out, err } = await (await makeLedgerWorld({ store })).run(command, ['client', 'x'])
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(/^holdfast investigate: the ledger cannot be read: 127\.0\.0\.1:\d+: it is gone\n$/)
  })
})

describe('the embedded ledger behind the console', () => {
  test('a wrong secret, and a server without a console, end with 3 and say why', async () => {
    const world = await makeLedgerWorld()
    const wrong = await world.run(command, ['client', 'x'], { secret: 'another-secret-of-it' })
    expect([wrong.code, wrong.out]).toEqual([3, ''])
    expect(wrong.err).toContain('does not take the secret of console.secret')
    expect(wrong.err).not.toContain('another-secret')
    const bare = await (await makeLedgerWorld({ console: false })).run(command, ['client', 'x'])
    expect(bare.code).toBe(3)
    expect(bare.err).toContain('it serves no console')
  })

  test('without a console in the configuration: the two ways out', async () => {
    const { code, err } = await (await makeRevocationWorld()).run(command, ['client', 'x'])
    expect(code).toBe(2)
    expect(err).toContain('enable console with a console.secret, or keep the ledger in Redis')
  })

  test('without a ledger in the configuration', async () => {
    const { code, err } = await (await makeRevocationWorld({ top: { ledger: '{ enabled: false }' } })).run(command, [
      'client',
      'x',
    ])
    expect(code).toBe(2)
    expect(err).toContain('the configuration keeps no ledger')
  })

  test('over TLS, to the very certificate that the configuration names, and to no other', async () => {
    const ca = await makeCa('ops')
    const [own, foreign] = await Promise.all(
      ['a', 'b'].map((name) => issueCertificate(ca, { dns: [`${name}.example.com`] })),
    )
    const tls = { certificate: Buffer.from(own!.certificatePem), key: Buffer.from(own!.keyPem), clientCa: undefined }
    const found = await (await makeLedgerWorld({ tls })).run(command, ['client', 'x'])
    expect([found.code, found.err]).toEqual([1, ''])
    const other = await makeLedgerWorld({ tls, pinned: Buffer.from(foreign!.certificatePem) })
    const refused = await other.run(command, ['client', 'x'])
    expect([refused.code, refused.out]).toEqual([3, ''])
  })
})
