/** Rules of `ledger`, `console` and `admin.tls`, their secrets and their paths. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ledgerSecret } from '../../../src/app/ledger/ledger-secret.ts'
import { formatFault } from '../../../src/config/fault.ts'
import { insecureSettings } from '../../../src/config/insecure.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { redacted } from '../../../src/config/redacted.ts'
import { makeSecret } from '../../../src/config/secret.ts'
import { type Env, resolveSecrets, type Secrets } from '../../../src/config/secrets.ts'
import { configText, faultsOf, inFolder, loadText, takeMark } from './config-file.ts'

type Top = Readonly<Record<string, string>>

interface Case {
  readonly title: string
  readonly bad: Top
  readonly path: string
  readonly says: string
  readonly good: Top
}

const CONTAIN = (routes: string): string =>
  `{ containment: [{ classes: [stolen], routes: ${routes}, revoke: session, forSeconds: 60 }] }`
const FILE = '{ file: revocations.json }'
const SHARE = (what: string): string => `{ sharing: [{ ${what} }] }`
const NO_NETWORK = 'is no network; write it as CIDR, such as 203.0.113.0/24 or 2001:db8::/32'
const BELIEVED = '{ trustDomains: [example.org] }'

const CASES: readonly Case[] = [
  {
    title: 'a console that anyone could open',
    bad: { console: '{ enabled: «true }' },
    path: 'console.enabled',
    says: 'would be open to anyone; set console.secret, or admin.tls.clientCa',
    good: { console: '{ enabled: true, secret: env:C }' },
  },
  {
    title: 'a console behind TLS that asks nobody for a certificate',
    bad: { console: '{ enabled: «true }', admin: '{ tls: { certificate: c, key: k } }' },
    path: 'console.enabled',
    says: 'would be open to anyone; set console.secret, or admin.tls.clientCa',
    good: { console: '{ enabled: true }', admin: '{ tls: { certificate: c, key: k, clientCa: a } }' },
  },
  {
    title: 'a console of a ledger that is switched off',
    bad: { console: '{ enabled: «true, secret: env:C }', ledger: '{ enabled: false }' },
    path: 'console.enabled',
    says: 'has nothing to show without the ledger; set ledger.enabled: true, or this to false',
    good: { console: '{ enabled: false, secret: env:C }', ledger: '{ enabled: false }' },
  },
  {
    title: 'containment without a list',
    bad: { ledger: CONTAIN('null').replace('[{', '«[{') },
    path: 'ledger.containment',
    says: 'has no list to write to; set store.kind: redis, or revocation.file',
    good: { ledger: CONTAIN('null'), revocation: FILE },
  },
  {
    title: 'containment without a ledger',
    bad: {
      ledger: CONTAIN('null').replace('{ containment: [{', '{ enabled: false, containment: «[{'),
      revocation: FILE,
    },
    path: 'ledger.containment',
    says: 'finds nothing without the ledger; set ledger.enabled: true, or leave it empty',
    good: { ledger: '{ enabled: false }', revocation: FILE },
  },
  {
    title: 'containment on a route that does not exist',
    bad: { ledger: CONTAIN('[«paymnts]'), revocation: FILE },
    path: 'ledger.containment[0].routes[0]',
    says: 'is no configured route; did you mean payments?',
    good: { ledger: CONTAIN('[payments]'), revocation: FILE },
  },
  {
    title: 'sharing that names nobody',
    bad: { ledger: SHARE('clients: [a]').replace('[{', '[«{') },
    path: 'ledger.sharing[0]',
    says: 'names nobody who shares; list peers or addresses',
    good: { ledger: SHARE('clients: [a], addresses: [10.0.0.0/8]') },
  },
  ...['10.0.0.1', '10.0.0.0/33', '«::/129', '10.0.0.0/8/8', '/8'].map((network) => ({
    title: `${network} is no network`,
    bad: { ledger: SHARE(`addresses: [«"${network.replace('«', '')}"]`) },
    path: 'ledger.sharing[0].addresses[0]',
    says: NO_NETWORK,
    good: { ledger: SHARE('addresses: ["10.0.0.0/32", "2001:db8::/0"]') },
  })),
  {
    title: 'peers that are no SPIFFE IDs',
    bad: { ledger: SHARE('peers: [«example.org/a]'), peers: BELIEVED },
    path: 'ledger.sharing[0].peers[0]',
    says: 'is no SPIFFE ID and no prefix that ends in /*; write spiffe://example.org/ns/jobs/*',
    good: { ledger: SHARE('peers: [spiffe://example.org/a]'), peers: BELIEVED },
  },
  {
    title: 'peers of a trust domain that is not believed',
    bad: { ledger: SHARE('peers: [«spiffe://example.net/*]'), peers: BELIEVED },
    path: 'ledger.sharing[0].peers[0]',
    says: 'is of trust domain example.net, which is not believed; add it to peers.trustDomains',
    good: { ledger: SHARE('peers: [spiffe://example.org/*]'), peers: BELIEVED },
  },
]

describe('rules of the ledger and the console', () => {
  test.each(CASES)('$title', async ({ bad, path, says, good }) => {
    const { text, line, column } = takeMark(configText({ top: bad }))
    expect(await faultsOf(text)).toEqual([`holdfast.yaml:${line}:${column}: ${path}: ${says}`])
    expect(await faultsOf(configText({ top: good }))).toEqual([])
  })

  test('containment writes to the shared list without a file', async () => {
    const top = { ledger: CONTAIN('null'), store: '{ kind: redis }', nonce: '{ secret: env:N }' }
    expect(await faultsOf(configText({ top }))).toEqual([])
  })
})

describe('secrets of the ledger and the console', () => {
  async function resolve(
    top: Top,
    env: Env,
    wanted?: readonly (keyof Secrets)[],
  ): Promise<readonly string[] | Secrets> {
    const loaded = await loadText(configText({ top }))
    if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'))
    const resolved = await resolveSecrets(loaded, env, wanted)
    return resolved.ok ? resolved.secrets : resolved.faults.map(formatFault)
  }

  test('31 bytes key no ledger, 32 do', async () => {
    const top = { ledger: '{ secret: env:L }' }
    expect(await resolve(top, { L: 'k'.repeat(31) })).toEqual([
      'holdfast.yaml:1:19: ledger.secret: is shorter than 32 bytes where it points to; make one with openssl rand -hex 32',
    ])
    const secrets = (await resolve(top, { L: 'k'.repeat(32) })) as Secrets
    expect(secrets.ledger?.reveal().toString()).toBe('k'.repeat(32))
  })

  test.each([
    ['15 bytes', 'k'.repeat(15), 'is shorter than 16 bytes where it points to; make one with openssl rand -hex 32'],
    [
      'what no header carries',
      `${'k'.repeat(16)}\n`,
      'is not printable ASCII, without spaces at its ends, where it points to; make one with openssl rand -hex 32',
    ],
  ])('%s open no console, 16 printable ones do', async (_, value, says) => {
    const top = { console: '{ secret: env:C }' }
    expect(await resolve(top, { C: value })).toEqual([`holdfast.yaml:1:20: console.secret: ${says}`])
    const secrets = (await resolve(top, { C: 'k'.repeat(16) })) as Secrets
    expect(secrets.console?.reveal().toString()).toBe('k'.repeat(16))
  })

  test('who needs one secret need not have the others', async () => {
    const top = { console: '{ secret: env:NONE }', ledger: '{ secret: env:L }' }
    const secrets = (await resolve(top, { L: 'k'.repeat(32) }, ['ledger'])) as Secrets
    expect([secrets.console, secrets.ledger?.reveal().length]).toEqual([undefined, 32])
    expect(await resolve(top, { L: 'k'.repeat(32) })).toEqual([
      'holdfast.yaml:1:20: console.secret: the variable NONE is not set; set it before the start',
    ])
  })

  test('without one of its own the ledger has one that follows from that of the nonces, and is not that', () => {
    const nonce = makeSecret(Buffer.alloc(32, 1))
    const own = makeSecret(Buffer.alloc(32, 2))
    const random = Buffer.alloc(32, 3)
    const derived = ledgerSecret({ ledger: undefined, nonce }, random)
    expect(derived).toHaveLength(32)
    expect(derived.equals(nonce.reveal())).toBe(false)
    expect(ledgerSecret({ ledger: undefined, nonce }, Buffer.alloc(32, 4))).toEqual(derived)
    expect(ledgerSecret({ ledger: own, nonce }, random)).toEqual(own.reveal())
    expect(ledgerSecret({ ledger: undefined, nonce: undefined }, random)).not.toEqual(derived)
  })
})

describe('places', () => {
  test('files and secrets count from the folder of the configuration', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'etc'))
      const file = join(folder, 'etc', 'holdfast.yaml')
      const top = {
        admin: '{ tls: { certificate: c.pem, key: /abs/k.pem, clientCa: ../ca.pem } }',
        console: '{ secret: "file:console" }',
        ledger: '{ secret: "file:../ledger" }',
      }
      await writeFile(file, configText({ top }))
      const loaded = await loadConfig(file)
      if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'))
      const { admin, console, ledger } = loaded.config
      expect(admin.tls).toEqual({
        certificate: join(folder, 'etc/c.pem'),
        key: '/abs/k.pem',
        clientCa: join(folder, 'ca.pem'),
      })
      expect([console.secret, ledger.secret]).toEqual([
        `file:${join(folder, 'etc/console')}`,
        `file:${join(folder, 'ledger')}`,
      ])
      expect(redacted(loaded.config).ledger.secret).toBe(ledger.secret)
    })
  })

  test.each([
    ['127.0.0.1:9901', '', false],
    ['0.0.0.0:9901', '', true],
    ['0.0.0.0:9901', ', tls: { certificate: c, key: k }', false],
  ])('the console on %s%s: weakened %s', async (listen, tls, weakened) => {
    const console = '{ enabled: true, secret: env:C }'
    const loaded = await loadText(configText({ top: { admin: `{ listen: "${listen}"${tls} }`, console } }))
    expect(loaded.ok && insecureSettings(loaded.config)).toEqual(weakened ? ['admin.listen'] : [])
    const without = await loadText(configText({ top: { admin: `{ listen: "${listen}"${tls} }` } }))
    expect(without.ok && insecureSettings(without.config)).toEqual([])
  })
})
