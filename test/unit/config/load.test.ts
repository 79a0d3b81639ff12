import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatFault, pathText } from '../../../src/config/fault.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { configText, faultsOf, inFolder, loadText, takeMark } from './config-file.ts'

async function expectFault(marked: string, says: string): Promise<void> {
  const { text, line, column } = takeMark(marked)
  expect(await faultsOf(text)).toEqual([`holdfast.yaml:${line}:${column}: ${says}`])
}

describe('loading', () => {
  test('a good file: defaults filled in, a hash of 16 hex digits', async () => {
    const loaded = await loadText(configText())
    if (!loaded.ok) throw new Error('must load')
    expect(loaded.hash).toMatch(/^[0-9a-f]{16}$/)
    expect(loaded.config.server.listen).toBe('127.0.0.1:9191')
    expect(loaded.config.routes[0]?.proof.maxAgeSeconds).toBe(60)
    const other = await loadText(`${configText()}# a comment\n`)
    expect(other.ok && other.hash).not.toBe(loaded.hash)
  })

  test('relative paths count from the folder of the file, absolute ones stay', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'etc'))
      const file = join(folder, 'etc', 'holdfast.yaml')
      const top = {
        server: '{ tls: { certificate: tls/c.pem, key: /abs/k.pem }, clientSecret: "file:client" }',
        nonce: '{ secret: "file:../nonce" }',
        revocation: '{ file: revoked.json }',
      }
      await writeFile(file, configText({ top, issuer: { keys: '{ jwksFile: ./keys.json }' } }))
      const loaded = await loadConfig(file)
      if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'))
      const { server, nonce, revocation, issuers } = loaded.config
      expect(server.tls).toEqual({ certificate: join(folder, 'etc/tls/c.pem'), key: '/abs/k.pem', clientCa: null })
      expect(server.clientSecret).toBe(`file:${join(folder, 'etc/client')}`)
      expect(nonce.secret).toBe(`file:${join(folder, 'nonce')}`)
      expect(revocation.file).toBe(join(folder, 'etc/revoked.json'))
      expect(issuers[0]?.keys.jwksFile).toBe(join(folder, 'etc/keys.json'))
    })
  })

  test('env: references stay as they are', async () => {
    const loaded = await loadText(configText({ top: { nonce: '{ secret: env:NONCE }' } }))
    expect(loaded.ok && loaded.config.nonce.secret).toBe('env:NONCE')
  })

  test('all faults at once, in the order of the file: unknown keys, types, values, rules between sections', async () => {
    const text = `sever: {}
server: { workers: 3, deadlineMs: fast }
peers: { trustDomains: [Example] }
issuers:
  - issuer: https://as.example.com
    keys: { jwksUri: http://as.example.com/jwks }
    algoritms: [ES256]
routes:
  - name: a
    match: { authority: a.example }
    audience: a
    binding: { anyOf: [dpop, certificat] }
  - name: a
    match: { authority: b.example, pathPrefix: /x/ }
    origin: https://b.example
    audience: b
`
    expect(await faultsOf(text)).toEqual([
      'holdfast.yaml:1:1: sever: unknown key; did you mean server?',
      'holdfast.yaml:2:35: server.deadlineMs: must be a whole number, but is text; write it without quotes or unit',
      'holdfast.yaml:3:25: peers.trustDomains[0]: is no SPIFFE trust domain; write its bare name, such as example.org (a-z, 0-9, dot, dash, underscore)',
      'holdfast.yaml:6:22: issuers[0].keys.jwksUri: is http://; use https://, or set insecureHttp: true beside it',
      'holdfast.yaml:7:5: issuers[0].algoritms: unknown key; did you mean algorithms?',
      'holdfast.yaml:9:5: routes[0].origin: is missing; add it: `scheme://authority` that clients sign as the start of `htu` (RFC 9449 §4.2)',
      'holdfast.yaml:12:30: routes[0].binding.anyOf[1]: is none of dpop, certificate, workload, insecureBearer; did you mean certificate?',
      'holdfast.yaml:14:48: routes[1].match.pathPrefix: ends in a slash; leave it out, a prefix takes all below it on whole segments',
    ])
  })

  test('rules between sections speak beside faults elsewhere in the file', async () => {
    const text = configText({ top: { server: '{ workers: 2 }', log: '{ level: loud }' }, route: { issuers: '[x]' } })
    expect(await faultsOf(text)).toEqual([
      'holdfast.yaml:1:20: server.workers: workers share no memory, so a proof could be used once in each; set workers: 1, or store.kind: redis',
      'holdfast.yaml:2:15: log.level: is none of debug, info, warn, error; choose one of them',
      'holdfast.yaml:11:15: routes[0].issuers[0]: is no configured issuer; add it to issuers',
    ])
  })

  test('one fault does not show as two: a route is not blamed for naming an issuer whose entry is faulty', async () => {
    const issuers = ['{ issuer: https://other.example, keys: «{} }']
    const marked = configText({ issuers, route: { issuers: '[https://other.example]' } })
    await expectFault(marked, 'issuers[1].keys: names no key set; add jwksFile or jwksUri')
  })

  test('an unknown key far from all others gets the list', async () => {
    await expectFault(configText({ top: { admin: '{ «zzz: 1 }' } }), 'admin.zzz: unknown key; known here: listen, tls')
  })

  test('a missing section stands at its parent', async () => {
    expect(await faultsOf('issuers:\n  - { issuer: a, keys: { jwksFile: k } }\n')).toEqual([
      'holdfast.yaml:1:1: routes: is missing; add it: The protected places, at least one and at most 200; a request that none takes is denied',
    ])
  })

  test('an empty section is told from a missing one', async () => {
    await expectFault(
      configText({ top: { '«log': '' } }),
      'log: must be a mapping, but is empty; give it a value or leave the key out',
    )
  })
})

describe('files that are no configuration', () => {
  test('an absent file, a folder', async () => {
    await inFolder(async (folder) => {
      const absent = await loadConfig(join(folder, 'none.yaml'), 'none.yaml')
      expect(absent.ok ? [] : absent.faults.map(formatFault)).toEqual([
        'none.yaml:1:1: cannot be read: there is no such file; name the file with --config or HOLDFAST_CONFIG',
      ])
      const itself = await loadConfig(folder, 'folder')
      expect(itself.ok ? [] : itself.faults.map(formatFault)).toEqual([
        'folder:1:1: cannot be read: it is a folder; name the file with --config or HOLDFAST_CONFIG',
      ])
    })
  })

  test.each([
    ['no text at all', ''],
    ['comments only', '# nothing\n'],
  ])('%s', async (_, text) => {
    expect(await faultsOf(text)).toEqual([
      'holdfast.yaml:1:1: the file is empty; start with the keys issuers and routes (holdfast schema lists all)',
    ])
  })

  test('bytes that are no UTF-8', async () => {
    expect(await faultsOf(Uint8Array.of(0x61, 0x3a, 0x20, 0xff))).toEqual([
      'holdfast.yaml:1:1: is not UTF-8; save it in that encoding',
    ])
  })

  test('1 MiB is read, one byte more is not', async () => {
    const text = configText()
    const fill = (bytes: number) => `${text}#${'x'.repeat(bytes - text.length - 1)}`
    expect(await faultsOf(fill(1_048_576))).toEqual([])
    expect(await faultsOf(fill(1_048_577))).toEqual([
      'holdfast.yaml:1:1: cannot be read: it is larger than 1048576 bytes; name the file with --config or HOLDFAST_CONFIG',
    ])
  })

  test('not more than 100 faults are listed', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `zzz${i}: 1\n`).join('')
    const faults = await faultsOf(keys + configText())
    expect(faults).toHaveLength(100)
    expect(faults.at(-1)).toBe('holdfast.yaml:100:1: 201 more faults from here on; mend those above first')
  })

  test('a list in place of the mapping', async () => {
    const [first] = await faultsOf('- a\n')
    expect(first).toBe('holdfast.yaml:1:1: must be a mapping, but is a list; write keys with their values below it')
  })
})

describe('paths in faults', () => {
  test.each([
    [['routes', 0, 'binding', 'anyOf', 1], 'routes[0].binding.anyOf[1]'],
    [['a b', 'c'], '["a b"].c'],
    [[], ''],
  ])('%j', (parts, text) => {
    expect(pathText(parts)).toBe(text)
  })
})
