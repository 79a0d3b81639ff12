import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseRevocationValue } from '../../../../src/check/revocation/revocation-value.ts'
import type { VerifiedToken } from '../../../../src/check/token/verified-token.ts'
import { readArgs } from '../../../../src/cli/args.ts'
import { REVOKE_OPTIONS, readOrder } from '../../../../src/cli/new-revocation.ts'
import { quoted } from '../../../../src/ledger/case/commands.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { BEARER, BOUND, HOLDER_SENDER, ISSUER, makeCaseWorld, START_MS, THIEF } from './world.ts'

const KEY = String(BOUND.confirmation.jkt)

async function commandsFor(token: VerifiedToken, accused = true) {
  const world = makeCaseWorld()
  world.use({ token })
  await world.flush()
  if (accused)
    await world.incident(
      { counterpart: { role: 'holder', sender: HOLDER_SENDER, hash: undefined, atMs: undefined } },
      token,
    )
  return (await world.ask('token', token.sha256)).commands
}

/** As a POSIX shell cuts it into words. */
function wordsOf(command: string): readonly string[] {
  const printed = execFileSync('sh', ['-c', `set -f; for word in ${command}; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  })
  return printed.split('\0').slice(0, -1)
}

describe('the commands that would contain it', () => {
  test('the narrowest first, each with what it cuts off', async () => {
    expect(await commandsFor(BOUND)).toEqual([
      {
        command: `holdfast revoke --issuer=${ISSUER} session sid-of-the-runner`,
        cutsOff: expect.stringMatching(/^this one session \([\w-]{22}\)$/),
      },
      { command: `holdfast revoke key ${KEY}`, cutsOff: 'all tokens bound to this key: 1 session known to be alive' },
      {
        command: `holdfast revoke --issuer=${ISSUER} subject system:serviceaccount:ci:runner`,
        cutsOff: 'everything of this subject: 1 session known to be alive',
      },
      {
        command: `holdfast revoke --issuer=${ISSUER} client build-runner`,
        cutsOff: 'everything of this client: 1 session known to be alive',
      },
      {
        command: `holdfast revoke workload ${THIEF}`,
        cutsOff: 'all that this workload sends, its own sessions included',
      },
    ])
  })

  test.each([
    ['cloned', true],
    ['forwarded', true],
    ['concurrent', true],
    ['stolen', false],
    ['replayed', false],
  ] as const)('%s: is the key out (%s), a token that is issued for it later must not pass either', async (cls, out) => {
    const world = makeCaseWorld()
    world.use({ token: BOUND })
    await world.flush()
    const counterpart = { role: 'holder', sender: HOLDER_SENDER, hash: undefined, atMs: undefined } as const
    await world.incident({ class: cls, counterpart }, BOUND)
    const { commands } = await world.ask('token', BOUND.sha256)
    const ofKey = commands.find(({ command }) => command.includes(' key '))
    if (!out) return expect(ofKey?.command).toBe(`holdfast revoke key ${KEY}`)
    const until = /^holdfast revoke --issued-before=(\S+) key (\S+)$/.exec(ofKey?.command ?? '')
    expect(until?.[2]).toBe(KEY)
    expect(Date.parse(until?.[1] ?? '') - START_MS).toBeGreaterThan(29 * 86_400_000)
    expect(ofKey?.cutsOff).toContain(`issued for it until ${until?.[1]} too`)
  })

  test('a session without a sid is cut off by its jti, and without one by the hash of its token', async () => {
    const [byJti] = await commandsFor(BEARER)
    expect(byJti?.command).toBe(`holdfast revoke --issuer=${ISSUER} token jti-of-the-bearer`)
    const [byHash] = await commandsFor({ ...BEARER, tokenId: undefined })
    expect(byHash?.command).toBe(`holdfast revoke --issuer=${ISSUER} token ${BEARER.sha256}`)
  })

  test('nothing for what has ended: it would match nothing', async () => {
    expect(await commandsFor({ ...BOUND, expiresAtSeconds: START_MS / 1000 + 30 }, false)).toEqual([])
  })

  test('a hashed subject cannot be named', async () => {
    const world = makeCaseWorld({ hashSubjects: true })
    world.use()
    await world.flush()
    const { commands } = await world.ask('token', BOUND.sha256)
    expect(commands.map(({ command }) => command.split(' ')[3] ?? '')).not.toContain('subject')
    expect(commands.length).toBeGreaterThan(1)
  })

  test.each([['-'], ['a\nb'], ['a\u202eb'], ['\u0007'], [`eyJhbGciOiJFUzI1NiJ9.e30.c2ln`]])(
    'a jti %j gives no command: it would not do what it shows',
    async (tokenId) => {
      const commands = await commandsFor({ ...BEARER, tokenId }, false)
      expect(commands.some(({ command }) => command.includes(' token '))).toBe(false)
    },
  )

  test('whatever claims hold, each command is one line that a shell reads as the very words, and revoke as an order', async () => {
    const claim = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.constantFrom(
        "'; rm -rf / #",
        '$(id)',
        '`id`',
        '-rf',
        '--yes',
        'a b',
        "it's",
        '!!',
        '*',
        '~',
        '\\',
        '=x',
        '"',
        '#',
      ),
    )
    const property = fc.asyncProperty(claim, claim, claim, async (sessionId, subject, client) => {
      for (const { command } of await commandsFor({ ...BOUND, sessionId, subject, client }, false)) {
        expect(command).not.toMatch(/[\n\r]/)
        const [program, name, ...args] = wordsOf(command)
        expect([program, name]).toEqual(['holdfast', 'revoke'])
        const parsed = readArgs(args, REVOKE_OPTIONS, ['KIND', 'VALUE'])
        if (!parsed.ok) throw new Error(parsed.message)
        const order = await readOrder(parsed, fakeIo())
        if (!order.ok) throw new Error(order.error)
        const { kind, value, issuer } = order.value
        const given = { session: sessionId, subject, client, key: KEY }[kind as 'session']
        expect([kind, value]).toEqual([kind, given])
        expect(issuer).toBe(kind === 'key' ? undefined : ISSUER)
        expect(normaliseRevocationValue(kind, value, issuer)).toMatchObject({ ok: true })
      }
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test('quoting leaves plain words plain', () => {
    expect(['a-b_c', 'spiffe://x/y', "it's", '', 'a b', '=x'].map(quoted)).toEqual([
      'a-b_c',
      'spiffe://x/y',
      "'it'\\''s'",
      "''",
      "'a b'",
      "'=x'",
    ])
  })
})
