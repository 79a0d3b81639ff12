import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command } from '../../../src/cli/drill.ts'
import { SCENARIOS } from '../../../src/drill/scenarios/index.ts'
import { makeReleaseWorld } from '../../../src/drill/world/release-world.ts'
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
    [['--second-target', 'https://127.0.0.1:1'], '--second-target needs --target'],
    [['--target', 'https://127.0.0.1:1', '--second-target', 'x', '--world', 'w'], '--second-target: must be an https'],
    [['--target', 'https://a', '--second-target', 'https://A:443/', '--world', 'w'], 'is the first one again'],
    [['--target', '127.0.0.1', '--world', 'w'], 'must be an https:// URL'],
    [['--target', 'https://127.0.0.1:1', '--world', 'nowhere'], 'world.json: is missing'],
    [['--colour'], 'unknown option --colour'],
    [['--grpc', '127.0.0.1:1'], '--grpc needs --world DIR'],
    [['--grpc', '127.0.0.1', '--world', 'w'], '--grpc: is no address; write host:port'],
    [['--grpc', 'unix:w.sock', '--world', 'w'], '--grpc: is no absolute path of a socket'],
    [['--grpc', '127.0.0.1:1', '--target', 'https://a', '--world', 'w'], '--target: stands beside --grpc'],
    [['--grpc', '127.0.0.1:1', '--second-target', 'https://a', '--world', 'w'], '--second-target: stands beside'],
    [['--grpc', '127.0.0.1:1', '--world', 'w', '--tls-name', 'a'], '--tls-name needs --tls-ca'],
    [['--grpc', '127.0.0.1:1', '--world', 'w', '--tls-ca', 'a', '--tls-key', 'b'], 'go together; name both'],
    [['--grpc', '127.0.0.1:1', '--world', 'w', '--client-secret', 'hunter2'], 'write file:PATH or env:NAME'],
    [['--tls-ca', 'a'], '--tls-ca: belongs to --grpc'],
    [['--target', 'https://a', '--world', 'w', '--client-secret', 'env:A'], '--client-secret: belongs to --grpc'],
    [['--new-world', 'w', '--world', 'w'], '--world: stands beside --new-world'],
  ])('%j: wrong use, with the mend', async (args, message) => {
    const { code, out, err } = await run(args)
    expect(err).toContain(message)
    expect(out).toBe('')
    expect(code).toBe(2)
  })

  it.each([
    [['--tls-ca', 'nowhere.crt'], '--tls-ca: nowhere.crt cannot be read: ENOENT'],
    [['--tls-ca', 'world.json'], 'are no PEM files that fit together'],
    [['--client-secret', 'env:NOT_SET'], '--client-secret: the variable NOT_SET is not set'],
    [['--client-secret', 'file:nowhere'], '--client-secret: the file'],
    [['--client-secret', 'file:space'], '--client-secret: is not printable ASCII'],
  ])('--grpc with %j: wrong use, with the mend and no byte of a file', async (args, message) => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
    await makeReleaseWorld(dir, dir)
    writeFileSync(join(dir, 'space'), 'hunter2 ')
    const io = fakeIo({ cwd: dir })
    const code = await command.run(['--grpc', '127.0.0.1:1', '--world', '.', ...args], io)
    expect([code, io.written.out, io.written.err]).toEqual([2, '', expect.stringContaining(message)])
    expect(io.written.err).not.toContain('hunter2')
    rmSync(dir, { recursive: true })
  })

  it.each(['--world', '--new-world'])(
    '%s makes no world in a folder that holds something, and touches nothing there',
    async (option) => {
      const dir = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
      writeFileSync(join(dir, 'precious'), 'kept')
      const { code, err } = await run([option, dir])
      expect(code).toBe(2)
      expect(err).toContain('is not empty')
      expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('kept')
      rmSync(dir, { recursive: true })
    },
  )
})
