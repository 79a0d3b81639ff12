import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../../src/cli/cli.ts'
import { configText, inFolder } from '../config/config-file.ts'
import { fakeIo } from './fake-io.ts'

/** Runs in a folder with these files; the folder is named DIR in what is written. */
async function run(
  args: readonly string[],
  files: Record<string, string>,
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  return inFolder(async (cwd) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content)
    const io = fakeIo({ cwd, env })
    const code = await runCli(args, io)
    return { code, out: io.written.out.replaceAll(cwd, 'DIR'), err: io.written.err.replaceAll(cwd, 'DIR') }
  })
}

describe('check-config', () => {
  test('a good file: what is configured, and each weakening', async () => {
    const route =
      '{ name: b, match: { authority: b.example }, origin: https://b.example, audience: b, binding: { anyOf: [insecureBearer] } }'
    expect(await run(['check-config'], { 'holdfast.yaml': configText({ routes: [route] }) })).toEqual({
      code: 0,
      out: 'OK: 2 routes, 1 issuer\ninsecure: routes[1].binding.insecureBearer\n',
      err: '',
    })
  })

  test('the same as JSON', async () => {
    const { code, out } = await run(['check-config', '--json'], { 'holdfast.yaml': configText() })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      ok: true,
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      routes: 1,
      issuers: 1,
      insecure: [],
    })
  })

  test('faults on standard error, with the file as it was named', async () => {
    const text = configText({ route: { nonce: 'offerd', mode: 'on' } })
    expect(await run(['check-config', '--config', './a.yaml'], { 'a.yaml': text })).toEqual({
      code: 2,
      out: '',
      err:
        './a.yaml:9:12: routes[0].nonce: is none of required, offered, off; did you mean offered?\n' +
        './a.yaml:10:11: routes[0].mode: is none of enforce, observe, off; choose one of them\n',
    })
  })

  test('faults as JSON', async () => {
    const text = configText({ route: { nonce: 'offerd' } })
    const { code, out, err } = await run(['check-config', '--json'], { 'b.yaml': text }, { HOLDFAST_CONFIG: 'b.yaml' })
    expect({ code, err }).toEqual({ code: 2, err: '' })
    expect(JSON.parse(out)).toEqual({
      ok: false,
      faults: [
        {
          file: 'DIR/b.yaml',
          line: 9,
          column: 12,
          path: 'routes[0].nonce',
          message: 'is none of required, offered, off; did you mean offered?',
        },
      ],
    })
  })

  test('secrets and files that the configuration names are looked at too', async () => {
    const text = configText({
      top: { nonce: '{ secret: env:NONCE }' },
      issuer: { keys: '{ jwksFile: jwks.json }' },
    })
    const { code, err } = await run(['check-config'], { 'holdfast.yaml': text })
    expect(code).toBe(2)
    expect(err.split('\n')).toEqual([
      'DIR/holdfast.yaml:1:18: nonce.secret: the variable NONCE is not set; set it before the start',
      'DIR/holdfast.yaml:4:23: issuers[0].keys.jwksFile: the file DIR/jwks.json cannot be read: there is no such file; mend the path, the file or its permissions',
      '',
    ])
    const files = { 'holdfast.yaml': text, 'jwks.json': '{"keys":[]}' }
    expect(await run(['check-config'], files, { NONCE: 'x'.repeat(32) })).toMatchObject({ code: 0 })
  })

  test('no file', async () => {
    expect(await run(['check-config'], {})).toEqual({
      code: 2,
      out: '',
      err: 'DIR/holdfast.yaml:1:1: cannot be read: there is no such file; name the file with --config or HOLDFAST_CONFIG\n',
    })
  })
})

describe('serve', () => {
  test('a faulty configuration is told before anything starts', async () => {
    const text = configText({ route: { nonce: 'offerd' } })
    expect(await run(['serve', '--config', 'a.yaml'], { 'a.yaml': text })).toEqual({
      code: 2,
      out: '',
      err: 'DIR/a.yaml:9:12: routes[0].nonce: is none of required, offered, off; did you mean offered?\n',
    })
  })
})
