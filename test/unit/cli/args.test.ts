import { describe, expect, test } from 'vitest'
import { configPath, readArgs } from '../../../src/cli/args.ts'

const OPTIONS = { config: 'string', token: 'string', json: 'boolean' } as const

describe('arguments', () => {
  test('options in both spellings, positionals in order', () => {
    expect(readArgs(['a', '--config', 'x.yaml', '--json', '--token=--t', 'b'], OPTIONS, ['KIND', 'VALUE'])).toEqual({
      ok: true,
      values: { config: 'x.yaml', json: true, token: '--t' },
      positionals: ['a', 'b'],
    })
  })

  test('a lone dash is a value, and behind -- everything is text', () => {
    const read = readArgs(['--token', '-', '--', '--json'], OPTIONS, ['VALUE'])
    expect(read).toEqual({ ok: true, values: { token: '-' }, positionals: ['--json'] })
  })

  test.each([
    [['--confg', 'x'], 'unknown option --confg; did you mean --config?'],
    [['--zzz'], 'unknown option --zzz'],
    [['-x'], 'unknown option -x'],
    [['--toString'], 'unknown option --toString'],
    [['--config'], 'option --config needs a value'],
    [['--config', '--json'], 'option --config needs a value; write --config=--json if that is the value'],
    [['--json=yes'], 'option --json takes no value'],
    [['--json', '--json'], 'option --json stands twice'],
    [['--config', 'a', '--config', 'b'], 'option --config stands twice'],
    [['a', 'b'], 'unexpected argument "b"'],
  ])('%j: %s', (args, message) => {
    expect(readArgs(args, OPTIONS, ['VALUE'])).toEqual({ ok: false, message })
  })
})

describe('the configuration file', () => {
  test.each([
    ['a.yaml', { HOLDFAST_CONFIG: 'b.yaml' }, '/w/a.yaml'],
    [undefined, { HOLDFAST_CONFIG: 'b.yaml' }, '/w/b.yaml'],
    [undefined, { HOLDFAST_CONFIG: '/etc/b.yaml' }, '/etc/b.yaml'],
    [undefined, { HOLDFAST_CONFIG: '' }, '/w/holdfast.yaml'],
    [undefined, {}, '/w/holdfast.yaml'],
  ])('--config %j, environment %j: %s', (option, env, path) => {
    expect(configPath(option, { env, cwd: '/w' })).toBe(path)
  })
})
