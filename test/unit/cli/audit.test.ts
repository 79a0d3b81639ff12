import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../src/cli/cli.ts'
import { keyPair, usual } from '../audit/chain-world.ts'
import { fakeIo } from './fake-io.ts'

let dir: string
const keys = keyPair()
/** Two lives of a process, with its log in between. */
const captured = [...usual(), ...usual()].flatMap((line) => ['{"level":"info","msg":"decision"}', `… F ${line}`])

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-audit-'))
  const lines = usual(keys.privatePem)
  const write = (name: string, content: readonly string[]) => writeFileSync(join(dir, name), `${content.join('\n')}\n`)
  write('whole', lines)
  write('one', lines.slice(0, 4))
  write('two', lines.slice(4))
  write('broken', lines.toSpliced(2, 1))
  write('long', [...lines.slice(0, 2), 'x'.repeat(3_000_000), ...lines.slice(2)])
  write('unsigned', usual())
  write('captured', captured)
  writeFileSync(join(dir, 'public.pem'), keys.publicPem)
  writeFileSync(join(dir, 'private.pem'), keys.privatePem)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo({ cwd: dir, stdin: `${captured.join('\n')}\n` })
  return { code: await runCli(['audit', ...args], io), ...io.written }
}

describe('holdfast audit verify', () => {
  it('says that files are whole, and how far they are signed', async () => {
    const { code, out } = await run('verify', 'one', 'two', '--public-key', 'public.pem')
    expect(code).toBe(0)
    expect(out).toMatch(/^whole: 7 records, 1 to 7, head [0-9a-f]{64}\nsigned up to record 7; 0 after it\n$/)
  })

  it('says what it could not judge', async () => {
    expect((await run('verify', 'whole')).out).toContain('2 signed heads, not judged: give --public-key')
    expect((await run('verify', 'unsigned')).out).toContain('not signed: whoever can write the file can make it anew')
    expect((await run('verify', 'two')).out).toContain('begins at record 5: what came before was not given')
  })

  it('names what is broken, exit 1', async () => {
    const { code, out } = await run('verify', 'broken')
    expect(code).toBe(1)
    expect(out).toContain('broken:3: removed: record 3: record 3 is missing before this line\nBROKEN: 1 findings')
    expect((await run('verify', 'two', 'one')).code).toBe(1)
    expect((await run('verify', 'long')).out).toContain('long:3: changed:')
    const json = JSON.parse((await run('verify', 'broken', '--json')).out)
    expect(json).toMatchObject({ whole: false, findings: [{ kind: 'removed', file: 'broken', line: 3, sequence: 3 }] })
  })

  it('takes what was captured of an output, from a file or from standard input', async () => {
    for (const from of ['captured', '-']) {
      const { code, out } = await run('verify', from, '--captured')
      expect(code).toBe(0)
      expect(out).toContain('whole: 14 records, 1 to 7, head ')
      expect(out).toContain('2 chains, one from each start')
      expect(out).toContain('14 lines of others were passed over')
    }
    expect((await run('verify', '-')).code).toBe(1)
    const json = JSON.parse((await run('verify', '-', '--captured', '--json')).out)
    expect(json).toMatchObject({ whole: true, chains: 2, passedOver: 14 })
  })

  it.each([
    [[], 'say what to do'],
    [['look'], 'say what to do'],
    [['verify'], 'name the audit files'],
    [['verify', 'whole', '--key', 'x'], 'unknown option --key'],
    [['verify', 'whole', '--public-key', 'private.pem'], 'is no Ed25519 public key'],
    [['verify', 'whole', '--public-key', 'whole'], 'is no Ed25519 public key'],
  ])('%j is wrong use, exit 2', async (args, words) => {
    const { code, err } = await run(...args)
    expect([code, err.includes(words)]).toEqual([2, true])
  })

  it.each([
    ['verify', 'none'],
    ['verify', '.'],
    ['verify', 'whole', '--public-key', 'none'],
  ])('%s %s cannot be read, exit 3', async (...args) => {
    expect((await run(...args)).code).toBe(3)
  })
})
