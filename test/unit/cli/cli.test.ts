import { describe, expect, test } from 'vitest'
import { runCli } from '../../../src/cli/cli.ts'
import { fakeIo } from './fake-io.ts'

const COMMANDS = [
  ...[
    'serve',
    'check-config',
    'schema',
    'proof',
    'drill',
    'revoke',
    'revocations',
    'unrevoke',
    'sessions',
    'investigate',
    'forget',
    'doctor',
    'ready',
    'version',
  ],
]

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo()
  const code = await runCli(args, io)
  return { code, ...io.written }
}

describe('the command line', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('%j prints the overview of all commands', async (args) => {
    const { code, out, err } = await run(...args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, 'm'))
  })

  test.each(COMMANDS)('%s --help teaches: usage, options, exit codes', async (name) => {
    const { code, out, err } = await run(name, '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`holdfast ${name}`)
    for (const part of ['Usage:', 'Exit codes:']) expect(out).toContain(part)
    expect(out.endsWith('\n')).toBe(true)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(140)
    expect(await run('help', name)).toEqual({ code, out, err })
    expect((await run(name, '-h')).out).toBe(out)
  })

  test.each([
    ['chek-config', 'unknown command "chek-config"; did you mean check-config?'],
    ['zzz', 'unknown command "zzz"; holdfast --help lists all commands'],
    ['--zzz', 'unknown option "--zzz"; holdfast --help lists all commands'],
    ['constructor', 'unknown command "constructor"; holdfast --help lists all commands'],
  ])('%s is wrong use', async (name, message) => {
    expect(await run(name)).toEqual({ code: 2, out: '', err: `holdfast: ${message}\n` })
  })

  test.each(COMMANDS)('%s with an unknown option is wrong use, told without a stack trace', async (name) => {
    const { code, out, err } = await run(name, '--no-such-option')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('unknown option --no-such-option')
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('behind -- nothing asks for help', async () => {
    const { code, err } = await run('version', '--', '--help')
    expect({ code, err }).toEqual({ code: 2, err: 'holdfast version: unexpected argument "--help"\n' })
  })

  test('a fault of its own is a message and an exit code of its own', async () => {
    const io = fakeIo()
    const broken = {
      ...io,
      out: () => {
        throw new Error('the disk is full')
      },
    }
    expect(await runCli(['version'], broken)).toBe(70)
    expect(io.written.err).toBe('holdfast: a fault of its own: the disk is full\n')
  })
})

describe('version', () => {
  test('prints both versions, as text and as JSON', async () => {
    const { version } = (await import('../../../package.json', { with: { type: 'json' } })).default
    const node = process.versions.node
    expect(await run('version')).toEqual({ code: 0, out: `holdfast ${version} (Node ${node})\n`, err: '' })
    const { out } = await run('version', '--json')
    expect(JSON.parse(out)).toEqual({ version, node })
    expect(await run('--version')).toMatchObject({ code: 0, out: `holdfast ${version} (Node ${node})\n` })
  })
})

describe('schema', () => {
  test('prints a JSON Schema of draft 2020-12', async () => {
    const { code, out, err } = await run('schema')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
  })
})
