import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command } from '../../../src/cli/drill.ts'
import { SCENARIOS } from '../../../src/drill/scenarios/index.ts'
import { fakeIo } from './fake-io.ts'

async function run(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo()
  const code = await command.run(args, io)
  return { code, ...io.written }
}

describe('holdfast drill', () => {
  it('--list names every scenario with its story', async () => {
    const { code, out } = await run(['--list'])
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(SCENARIOS.length)
    for (const { name, story } of SCENARIOS) expect(out).toMatch(new RegExp(`^${name} +${story}: `, 'm'))
  })

  it.each([
    [['--only', 'ci-repaly'], 'did you mean ci-replay?'],
    [['--only', 'zzzzzzzzzzzz'], 'holdfast drill --list names them'],
    [['--target', 'https://127.0.0.1:1'], '--target needs --world DIR'],
    [['--target', 'http://127.0.0.1:1', '--world', 'w'], 'must be an https:// URL'],
    [['--target', '127.0.0.1', '--world', 'w'], 'must be an https:// URL'],
    [['--target', 'https://127.0.0.1:1', '--world', 'nowhere'], 'world.json: is missing'],
    [['--colour'], 'unknown option --colour'],
  ])('%j: wrong use, with the mend', async (args, message) => {
    const { code, out, err } = await run(args)
    expect(err).toContain(message)
    expect(out).toBe('')
    expect(code).toBe(2)
  })

  it('makes no world in a folder that holds something, and touches nothing there', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    writeFileSync(join(dir, 'precious'), 'kept')
    const { code, err } = await run(['--world', dir])
    expect(code).toBe(2)
    expect(err).toContain('is not empty')
    expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('kept')
    rmSync(dir, { recursive: true })
  })
})
