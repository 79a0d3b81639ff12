import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REVOCATION_KINDS } from '../../../src/check/revocation/revocation.ts'
import { EXAMPLES } from '../../../src/check/revocation/revocation-value.ts'
import { command as revocations } from '../../../src/cli/revocations.ts'
import { command as revoke } from '../../../src/cli/revoke.ts'
import { command as unrevoke } from '../../../src/cli/unrevoke.ts'
import { makeKey, signJws } from '../../support/jws.ts'
import { makeRevocationWorld } from './revocation-world.ts'

const ISSUER = 'https://as.example.com'
const SHORT_LIVED = { route: { token: '{ maxLifetimeSeconds: 3600 }' } }

interface Entry {
  readonly [name: string]: string | null
}
const secondsOf = (text: string | null | undefined): number => Date.parse(text ?? '') / 1000
const now = (): number => Date.now() / 1000

describe('holdfast revoke', () => {
  it('writes the entry, prints its id and what becomes of it', async () => {
    const world = await makeRevocationWorld(SHORT_LIVED)
    const { code, out, err } = await world.run(revoke, ['session', 'sid-1', '--why', 'leaked', '--issuer', ISSUER])
    const [entry] = (await world.entries()) as Entry[]
    expect([code, err]).toEqual([0, ''])
    expect(out.split('\n')[0]).toBe(entry?.['id'])
    expect(out).toContain('within 2 s')
    expect(out).toContain(world.file)
    expect(entry).toMatchObject({ kind: 'session', value: 'sid-1', issuer: ISSUER, why: 'leaked', by: 'ada' })
    expect(Math.abs(secondsOf(entry?.['issuedBefore']) - now())).toBeLessThan(5)
    expect(Math.abs(secondsOf(entry?.['at']) - now())).toBeLessThan(5)
  })

  it.each(REVOCATION_KINDS.filter((kind) => kind !== 'issuer'))('takes the example of %s', async (kind) => {
    const world = await makeRevocationWorld()
    const yes = kind === 'trust-domain' ? ['--yes'] : []
    expect((await world.run(revoke, [kind, EXAMPLES[kind], ...yes])).code).toBe(0)
    expect(await world.entries()).toMatchObject([{ kind, value: EXAMPLES[kind] }])
  })

  it('gives each entry an id of its own and keeps those that are there', async () => {
    const world = await makeRevocationWorld()
    for (const value of ['a', 'b', 'a']) await world.run(revoke, ['subject', value])
    const entries = (await world.entries()) as Entry[]
    expect(entries.map(({ value }) => value)).toEqual(['a', 'b', 'a'])
    expect(new Set(entries.map(({ id }) => id)).size).toBe(3)
  })

  it('prints the entry as JSON', async () => {
    const world = await makeRevocationWorld()
    const { out } = await world.run(revoke, ['client', 'c', '--json', '--by', 'grace'])
    expect(JSON.parse(out)).toMatchObject({
      kind: 'client',
      value: 'c',
      by: 'grace',
      expires: null,
      takenUpWithinSeconds: 2,
    })
  })

  it('takes times as they are given', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['subject', 's', '--issued-before', '2026-01-02T03:04:05+01:00', '--expires', '8h'])
    const [entry] = (await world.entries()) as Entry[]
    expect(entry?.['issuedBefore']).toBe('2026-01-02T02:04:05Z')
    expect(Math.abs(secondsOf(entry?.['expires']) - now() - 8 * 3600)).toBeLessThan(5)
  })

  it('--issued-before now is the default', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['subject', 's', '--issued-before', 'now'])
    const [entry] = (await world.entries()) as Entry[]
    expect(Math.abs(secondsOf(entry?.['issuedBefore']) - now())).toBeLessThan(5)
  })

  it.each([
    ['one line', 'serial=0A1B issuer=CN=Example CA,O=Example'],
    ['what OpenSSL prints', 'issuer=O = Example, CN = Example CA\nserial=0A1B\n'],
  ])('E16 takes a certificate by serial number and issuer, lists it and takes it back: %s', async (_name, value) => {
    const world = await makeRevocationWorld(SHORT_LIVED)
    const normal = 'serial=a1b issuer=CN=example ca,O=example'
    const { code, out } = await world.run(revoke, ['certificate', value])
    expect([code, out]).toEqual([0, expect.stringContaining(`certificate ${normal}\n`)])
    expect(await world.entries()).toMatchObject([{ kind: 'certificate', value: normal, issuer: null, expires: null }])
    expect((await world.run(revocations, [])).out).toContain(normal)
    const listed = await world.run(revocations, ['--kind', 'certificate', '--value', normal, '--json'])
    const [{ id, value: listedValue }] = JSON.parse(listed.out).revocations
    expect(listedValue).toBe(normal)
    expect((await world.run(unrevoke, [id])).code).toBe(0)
    expect(await world.entries()).toEqual([])
  })

  it('puts a value that starts with a dash behind --', async () => {
    const world = await makeRevocationWorld()
    const dashed = `-${EXAMPLES.key.slice(1)}`
    const wrong = await world.run(revoke, ['key', dashed])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('put -- before')])
    expect((await world.run(revoke, ['key', '--', dashed])).code).toBe(0)
  })
})

describe('a kind without a bound, in a file that has nobody to ask', () => {
  it.each([
    ['issuer', ISSUER],
    ['trust-domain', 'example.org'],
    ['workload', 'spiffe://example.org/ns/ci/*'],
  ])('%s %s needs --yes, and changes nothing without it', async (kind, value) => {
    const world = await makeRevocationWorld()
    const { code, out, err } = await world.run(revoke, [kind, value])
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(
      'holdfast revoke: would cut off an unknown number of live sessions (a file has nobody to ask); add --yes to go on, nothing was changed\n',
    )
    await expect(stat(world.file)).rejects.toThrow('ENOENT')
    const json = await world.run(revoke, [kind, value, '--json'])
    expect([json.code, JSON.parse(json.out)]).toEqual([1, { written: false, reach: null }])
    expect((await world.run(revoke, [kind, value, '--yes'])).code).toBe(0)
    expect(await world.entries()).toMatchObject([{ kind, value }])
  })

  it('one workload does not', async () => {
    const world = await makeRevocationWorld()
    expect((await world.run(revoke, ['workload', EXAMPLES.workload])).code).toBe(0)
  })
})

describe('when a revocation ends by itself', () => {
  const endOf = async (parts: object, args: string[]): Promise<{ end: string | null | undefined; out: string }> => {
    const world = await makeRevocationWorld(parts)
    const { out } = await world.run(revoke, args)
    const [entry] = (await world.entries()) as Entry[]
    return { end: entry?.['expires'], out }
  }

  it('with the longest life of a token, where every enforcing route bounds it', async () => {
    const { end } = await endOf(SHORT_LIVED, ['subject', 's'])
    expect(Math.abs(secondsOf(end) - now() - 3610)).toBeLessThan(5)
  })

  it('never, where an enforcing route does not bound it, and says why', async () => {
    const { end, out } = await endOf({}, ['subject', 's'])
    expect([end, out]).toEqual([null, expect.stringContaining('token.maxLifetimeSeconds')])
  })

  it('a route that does not enforce counts for nothing', async () => {
    const other =
      "{ name: b, match: { authority: b.example }, origin: 'https://b.example', audience: b, mode: observe }"
    const { end } = await endOf({ ...SHORT_LIVED, routes: [other] }, ['subject', 's'])
    expect(end).not.toBeNull()
  })

  it('never, where no route enforces', async () => {
    const { end } = await endOf({ route: { ...SHORT_LIVED.route, mode: 'observe' } }, ['subject', 's'])
    expect(end).toBeNull()
  })

  it.each(['certificate', 'workload', 'trust-domain'] as const)(
    'never for a %s, as a certificate may live on',
    async (kind) => {
      expect((await endOf(SHORT_LIVED, [kind, EXAMPLES[kind], '--yes'])).end).toBeNull()
    },
  )

  it('counts from a time ahead, not from now', async () => {
    const ahead = new Date((Math.floor(now()) + 86_400) * 1000).toISOString()
    const { end } = await endOf(SHORT_LIVED, ['subject', 's', '--issued-before', ahead])
    expect(Math.abs(secondsOf(end) - secondsOf(ahead) - 3610)).toBeLessThan(5)
  })

  it('a token is meant even when its issuer is ahead of our clock', async () => {
    const world = await makeRevocationWorld({ issuer: { clockSkewSeconds: '30' } })
    await world.run(revoke, ['token', EXAMPLES.token])
    const [entry] = (await world.entries()) as Entry[]
    expect(secondsOf(entry?.['issuedBefore']) - now()).toBeGreaterThan(25)
  })
})

describe('a whole token', () => {
  const token = signJws({ alg: 'ES256', typ: 'at+jwt' }, { jti: 'x' }, makeKey())
  const hash = createHash('sha256').update(token).digest('hex')
  const malformed = `${token.split('.')[0]}.~~~.x`
  const jwe = `${token.split('.')[0]}.a.b.c.d`

  it.each([
    ['as VALUE', ['token', token], ''],
    ['by standard input', ['token', '-'], `${token}\n`],
    ['with its issuer', ['token', token, '--issuer', ISSUER], ''],
  ])('%s is hashed, and neither kept nor shown', async (_name, args, stdin) => {
    const world = await makeRevocationWorld()
    const { code, out, err } = await world.run(revoke, args, { stdin })
    expect(code).toBe(0)
    expect(await world.entries()).toMatchObject([{ value: hash }])
    for (const part of token.split('.')) expect(out + err + (await readFile(world.file, 'utf8'))).not.toContain(part)
  })

  it.each([malformed, jwe])('that is no JWS is hashed as well, also beside an issuer', async (text) => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['token', text, '--issuer', ISSUER])
    expect(await world.entries()).toMatchObject([{ value: createHash('sha256').update(text).digest('hex') }])
  })

  it('that is opaque is hashed from standard input, a hash is taken as it is', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['token', '-'], { stdin: 'opaque-token' })
    await world.run(revoke, ['token', '-'], { stdin: `${hash}\n` })
    const opaque = createHash('sha256').update('opaque-token').digest('hex')
    expect(await world.entries()).toMatchObject([{ value: opaque }, { value: hash }])
  })

  it.each(['session', 'subject', 'client', 'key', 'issuer'])(
    'given as a %s is refused and not repeated',
    async (kind) => {
      const world = await makeRevocationWorld()
      const { code, out, err } = await world.run(revoke, [kind, token])
      expect([code, out]).toEqual([2, ''])
      expect(err).not.toContain(token.slice(0, 20))
      await expect(stat(world.file)).rejects.toThrow('ENOENT')
    },
  )

  it('an empty standard input is refused', async () => {
    expect((await (await makeRevocationWorld()).run(revoke, ['token', '-'])).code).toBe(2)
  })
})

describe('wrong use of revoke', () => {
  it.each<[string, string[], string]>([
    ['no arguments', [], 'KIND and VALUE'],
    ['no value', ['token'], 'KIND and VALUE'],
    ['an unknown kind', ['tokens', 'x'], 'did you mean token?'],
    ['a kind of nothing alike', ['xyzzyxyzzy', 'x'], 'there are token'],
    ['three arguments', ['session', 'a', 'b'], 'unexpected argument'],
    ['a value that does not fit', ['key', 'abc'], `for example: key ${EXAMPLES.key}`],
    ['a jti without its issuer', ['token', 'jti-1'], 'a jti needs its issuer'],
    ['a serial number without its issuer', ['certificate', 'serial=0A1B'], 'no serial=HEX issuer=NAME'],
    ['an issuer in a form that is not read', ['certificate', 'serial=0A issuer=/CN=a'], 'no serial=HEX issuer=NAME'],
    ['an issuer where none can be', ['key', EXAMPLES.key, '--issuer', ISSUER], 'takes no issuer'],
    ['an issuer that is not configured', ['session', 's', '--issuer', `${ISSUER}/`], ISSUER],
    ['a kind issuer that is not configured', ['issuer', 'https://other.example'], ISSUER],
    ['a time without its zone', ['session', 's', '--issued-before', '2026-01-01T00:00:00'], 'RFC 3339'],
    ['a duration without a unit', ['session', 's', '--expires', '90'], '90s'],
    ['a duration of nothing', ['session', 's', '--expires', '0s'], '90s'],
    ['a share above all', ['session', 's', '--max-share', '101'], '--max-share'],
    ['a share that is no number', ['session', 's', '--max-share', '10%'], '--max-share'],
    ['a share of what nobody can count', ['session', 's', '--max-share', '10'], 'a file has nobody to ask'],
    ['a wait that is no number', ['session', 's', '--wait', 'x'], '--wait'],
    ['a reason that is too long', ['session', 's', '--why', 'x'.repeat(1025)], '--why'],
    ['an unknown option', ['session', 's', '--reason', 'x'], 'unknown option'],
  ])('%s: says what is wrong, exits with 2, writes nothing', async (_name, args, message) => {
    const world = await makeRevocationWorld()
    const { code, out, err } = await world.run(revoke, args)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)])
    await expect(stat(world.file)).rejects.toThrow('ENOENT')
  })

  it.each([revoke, revocations, unrevoke])(
    '$name without revocation.file in the configuration names the mend',
    async (command) => {
      const world = await makeRevocationWorld({ top: { revocation: '{ file: null }' } })
      const args = command === revoke ? ['session', 's'] : command === unrevoke ? ['rv-1'] : []
      const { code, err } = await world.run(command, args)
      expect([code, err]).toEqual([2, expect.stringContaining('revocation: { file: revocations.json }')])
    },
  )

  it.each([revoke, revocations, unrevoke])('$name with a faulty configuration tells its faults', async (command) => {
    const world = await makeRevocationWorld({ top: { scop: 'x' } })
    const args = command === revoke ? ['session', 's'] : command === unrevoke ? ['rv-1'] : []
    const { code, err } = await world.run(command, args)
    expect([code, err]).toEqual([2, expect.stringMatching(/holdfast\.yaml:\d+:\d+: scop/)])
  })
})

describe('the list on disk', () => {
  it('keeps its permissions, and leaves nothing beside it', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['session', 'a'])
    await chmod(world.file, 0o640)
    await world.run(revoke, ['session', 'b'])
    expect((await stat(world.file)).mode & 0o777).toBe(0o640)
    expect((await readdir(world.folder)).sort()).toEqual(['holdfast.yaml', 'revocations.json'])
  })

  it('loses its ended entries with the next revocation, never its malformed ones', async () => {
    const world = await makeRevocationWorld()
    await world.run(revoke, ['session', 'a', '--expires', '1h'])
    const [entry] = (await world.entries()) as Entry[]
    const ended = { ...entry, id: 'rv-ended', expires: '2020-01-01T00:00:00Z' }
    const odd = { id: 'rv-odd', kind: 'x' }
    await writeFile(world.file, JSON.stringify({ version: 1, revocations: [entry, ended, odd] }))
    await world.run(revoke, ['session', 'b'])
    expect(((await world.entries()) as Entry[]).map(({ id }) => id)).toEqual([
      entry?.['id'],
      'rv-odd',
      expect.any(String),
    ])
  })

  it.each([revoke, revocations, unrevoke])('$name leaves a file that is no list as it is', async (command) => {
    const world = await makeRevocationWorld()
    await writeFile(world.file, 'oops')
    const args = command === revoke ? ['session', 's'] : command === unrevoke ? ['rv-1'] : []
    const { code, err } = await world.run(command, args)
    expect([code, err]).toEqual([2, expect.stringContaining('mend it')])
    expect(await readFile(world.file, 'utf8')).toBe('oops')
    expect(await readdir(world.folder)).not.toContain('revocations.json.lock')
  })

  it('that cannot be written ends with 3 and the mend', async () => {
    const world = await makeRevocationWorld({ top: { revocation: '{ file: none/revocations.json }' } })
    const { code, err } = await world.run(revoke, ['session', 's'])
    expect([code, err]).toEqual([3, expect.stringContaining('ENOENT')])
  })

  it('is found by HOLDFAST_CONFIG and --config', async () => {
    const world = await makeRevocationWorld()
    const config = join(world.folder, 'holdfast.yaml')
    const elsewhere = await makeRevocationWorld()
    expect((await elsewhere.run(revoke, ['session', 'a'], { env: { HOLDFAST_CONFIG: config } })).code).toBe(0)
    expect((await elsewhere.run(revoke, ['session', 'b', '--config', config])).code).toBe(0)
    expect(await world.entries()).toHaveLength(2)
  })
})
