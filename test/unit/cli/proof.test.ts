import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedJWK, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { command } from '../../../src/cli/proof.ts'
import { fakeIo } from './fake-io.ts'

const URL = 'https://api.example.com/v1/things?limit=2'
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
})

afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function run(args: string[], stdin = ''): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ cwd: dir, stdin })
  const code = await command.run(args, io)
  return { code, ...io.written }
}

describe('holdfast proof --new-key', () => {
  it('writes a private key that only its owner reads, and prints its thumbprint', async () => {
    const { code, out } = await run(['--new-key', 'key.json'])
    expect(code).toBe(0)
    expect(out).toMatch(/^[\w-]{43}\n$/)
    expect(statSync(join(dir, 'key.json')).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(dir, 'key.json'), 'utf8'))).toMatchObject({ kty: 'EC', alg: 'ES256' })
  })

  it('never writes over a file', async () => {
    writeFileSync(join(dir, 'key.json'), 'precious')
    const { code, err } = await run(['--new-key', 'key.json'])
    expect(code).toBe(2)
    expect(err).toContain('key.json: it exists already')
    expect(readFileSync(join(dir, 'key.json'), 'utf8')).toBe('precious')
  })

  it.each([
    [['--new-key', 'no/such/folder/key.json'], 'cannot be written'],
    [['--new-key', 'key.json', '--algorithm', 'HS256'], '--algorithm HS256: there are ES256'],
    [['--new-key', 'key.json', '--method', 'GET'], '--method does not go with --new-key'],
  ])('%j: wrong use, with the mend', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

describe('holdfast proof --key', () => {
  beforeEach(() => run(['--new-key', 'key.json']))

  it('prints one proof that verifies, for the URL without its query', async () => {
    const { code, out } = await run([
      '--key',
      'key.json',
      '--method',
      'GET',
      '--url',
      URL,
      '--nonce',
      'n',
      '--jti',
      'j',
    ])
    expect(code).toBe(0)
    const { payload } = await jwtVerify(out.trim(), EmbeddedJWK, { typ: 'dpop+jwt' })
    expect(payload).toMatchObject({ htm: 'GET', htu: 'https://api.example.com/v1/things', nonce: 'n', jti: 'j' })
    expect(payload).not.toHaveProperty('ath')
  })

  it('reads the token from standard input, and shows it nowhere', async () => {
    const asOption = await run(['--key', 'key.json', '--method', 'GET', '--url', URL, '--token', 'a.b.c'])
    const piped = await run(['--key', 'key.json', '--method', 'GET', '--url', URL, '--token', '-'], 'a.b.c\n')
    expect(claimsOf(piped.out)['ath']).toBe(claimsOf(asOption.out)['ath'])
    expect(piped.out + piped.err).not.toContain('a.b.c')
  })

  it('takes a time of making, before 1970 too', async () => {
    const { out } = await run(['--key', 'key.json', '--method', 'GET', '--url', URL, '--iat=-5'])
    expect(claimsOf(out)['iat']).toBe(-5)
  })

  it('--json names the thumbprint beside the proof', async () => {
    const { out } = await run(['--key', 'key.json', '--method', 'GET', '--url', URL, '--json'])
    expect(Object.keys(JSON.parse(out) as object)).toEqual(['proof', 'thumbprint'])
  })

  it.each([
    [[], 'missing: --key, --method, --url'],
    [['--key', 'key.json', '--method', 'G T', '--url', URL], '--method: not a method name'],
    [['--key', 'key.json', '--method', 'GET', '--url', 'api.example.com'], '--url: must start with https://'],
    [['--key', 'key.json', '--method', 'GET', '--url', URL, '--iat', 'now'], '--iat: must be whole seconds'],
    [['--key', 'key.json', '--method', 'GET', '--url', URL, '--token', ''], '--token: is empty'],
    [['--key', 'none.json', '--method', 'GET', '--url', URL], 'make a key with: holdfast proof --new-key none.json'],
    [['--key', 'key.json', '--algorithm', 'ES256'], '--algorithm does not go with --key'],
    [['--key', 'key.json', '--nonsense'], 'unknown option --nonsense'],
  ])('%j: wrong use, with the mend', async (args, message) => {
    const { code, out, err } = await run(args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(message)
  })

  it('a file that is no private key is named, and no byte of it', async () => {
    writeFileSync(join(dir, 'bad.json'), '{"kty":"EC","crv":"P-256","d":"SECRETBYTES","x":"a","y":"b"}')
    const { code, err } = await run(['--key', 'bad.json', '--method', 'GET', '--url', URL])
    expect(code).toBe(2)
    expect(err).toContain('bad.json: is no usable private key')
    expect(err).not.toContain('SECRETBYTES')
  })
})

function claimsOf(jws: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jws.trim().split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}
