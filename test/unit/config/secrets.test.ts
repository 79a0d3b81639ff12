import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { formatFault } from '../../../src/config/fault.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { makeSecret } from '../../../src/config/secret.ts'
import { type Env, resolveSecrets } from '../../../src/config/secrets.ts'
import { configText, inFolder } from './config-file.ts'

const NONCE = 'n'.repeat(32)

interface Outcome {
  readonly faults: readonly string[]
  readonly nonce: string | undefined
  readonly client: string | undefined
}

/** Resolves the secrets of a configuration in a folder with these files; the folder is named DIR in faults. */
async function resolve(
  top: Record<string, string>,
  files: Record<string, string | Buffer> = {},
  env: Env = {},
): Promise<Outcome> {
  return inFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
    const path = join(folder, 'holdfast.yaml')
    await writeFile(path, configText({ top }))
    const loaded = await loadConfig(path, 'holdfast.yaml')
    if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'))
    const resolved = await resolveSecrets(loaded, env)
    return {
      faults: resolved.ok ? [] : resolved.faults.map((fault) => formatFault(fault).replaceAll(folder, 'DIR')),
      nonce: resolved.ok ? resolved.secrets.nonce?.reveal().toString() : undefined,
      client: resolved.ok ? resolved.secrets.client?.reveal().toString() : undefined,
    }
  })
}

describe('secrets', () => {
  test('none configured, none resolved', async () => {
    expect(await resolve({})).toEqual({ faults: [], nonce: undefined, client: undefined })
  })

  test('file: counts from the folder of the configuration, env: from the environment', async () => {
    const top = { nonce: '{ secret: "file:nonce" }', server: '{ clientSecret: env:CLIENT }' }
    expect(await resolve(top, { nonce: NONCE }, { CLIENT: 'open sesame' })).toEqual({
      faults: [],
      nonce: NONCE,
      client: 'open sesame',
    })
  })

  test.each([
    ['one newline at the end goes', `${NONCE}\n`, NONCE],
    ['one CRLF at the end goes', `${NONCE}\r\n`, NONCE],
    ['a second newline stays', `${NONCE}\n\n`, `${NONCE}\n`],
    ['spaces stay', ` ${NONCE} `, ` ${NONCE} `],
  ])('%s', async (_, content, nonce) => {
    expect(await resolve({ nonce: '{ secret: "file:nonce" }' }, { nonce: content })).toMatchObject({
      faults: [],
      nonce,
    })
  })

  test('a value from the environment stays as it is', async () => {
    const { nonce } = await resolve({ nonce: '{ secret: env:N }' }, {}, { N: `${NONCE}\n` })
    expect(nonce).toBe(`${NONCE}\n`)
  })

  test('an absent file', async () => {
    const { faults } = await resolve({ nonce: '{ secret: "file:none" }' })
    expect(faults).toEqual([
      'holdfast.yaml:1:18: nonce.secret: the file DIR/none cannot be read: there is no such file; mend the path or its permissions',
    ])
  })

  test('a folder, a file that is too large', async () => {
    const top = { nonce: '{ secret: "file:." }', server: '{ clientSecret: "file:big" }' }
    const { faults } = await resolve(top, { big: Buffer.alloc(65_537, 'x') })
    expect(faults[0]).toContain('nonce.secret: the file DIR cannot be read: it is a folder; ')
    expect(faults[1]).toContain('server.clientSecret: the file DIR/big cannot be read: it is larger than 65536 bytes; ')
  })

  test('an unset variable, an empty one', async () => {
    const top = { nonce: '{ secret: env:N }', server: '{ clientSecret: env:C }' }
    expect((await resolve(top, {}, { C: '' })).faults).toEqual([
      'holdfast.yaml:1:18: nonce.secret: the variable N is not set; set it before the start',
      'holdfast.yaml:2:25: server.clientSecret: is empty where it points to; put the secret there',
    ])
  })

  test('an empty file, a file with nothing but a newline', async () => {
    for (const content of ['', '\n']) {
      const { faults } = await resolve({ nonce: '{ secret: "file:n" }' }, { n: content })
      expect(faults).toEqual(['holdfast.yaml:1:18: nonce.secret: is empty where it points to; put the secret there'])
    }
  })

  test('A33 a nonce secret of 32 bytes serves, one of 31 does not, and is not repeated', async () => {
    const short = 'k'.repeat(31)
    const { faults } = await resolve({ nonce: '{ secret: "file:n" }' }, { n: `${short}\n` })
    expect(faults).toEqual([
      'holdfast.yaml:1:18: nonce.secret: is shorter than 32 bytes where it points to; make one with openssl rand -hex 32',
    ])
    expect((await resolve({ nonce: '{ secret: "file:n" }' }, { n: `${short}k` })).faults).toEqual([])
  })

  test('a client secret that gRPC metadata cannot carry', async () => {
    for (const value of ['pä', 'a\u0000b', ' a', 'a ', 'a\nb']) {
      const { faults } = await resolve({ server: '{ clientSecret: env:C }' }, {}, { C: value })
      expect(faults).toEqual([
        'holdfast.yaml:1:25: server.clientSecret: is not printable ASCII, without spaces at its ends, where it points to; make one with openssl rand -hex 32',
      ])
    }
  })
})

describe('a secret', () => {
  const secret = makeSecret(Buffer.from('hunter2'))

  test('prints as *** in every way there is', () => {
    expect(String(secret)).toBe('***')
    expect(`${secret}`).toBe('***')
    expect(JSON.stringify({ secret })).toBe('{"secret":"***"}')
    expect(inspect({ secret }, { depth: 9, showHidden: true })).toBe('{ secret: *** }')
  })

  test('gives its bytes when asked', () => {
    expect(secret.reveal().toString()).toBe('hunter2')
  })
})
