/** The drill against a running Holdfast over gRPC, with the world and the configuration that `--new-world` makes for it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { freePort } from '../../src/drill/local/ports.ts'
import { SCENARIOS } from '../../src/drill/scenarios/index.ts'
import { runCommand, startServing } from '../support/running-holdfast.ts'

const PLAYED = SCENARIOS.filter(({ needs = [] }) => needs.length === 0).map(({ name }) => name)

interface Settings {
  readonly server?: object
  readonly peers?: object
  /** Over the printed route. */
  readonly route?: object
}

interface DrillEnd {
  readonly code: number | string
  readonly stderr: string
  readonly scenarios: readonly { name: string; outcome: string; fault?: string; seen?: { reason?: string } }[]
}

const dir = mkdtempSync(join(tmpdir(), 'holdfast-drill-grpc-'))
const world = join(dir, 'world')
const stops: (() => Promise<void>)[] = []
let printed: string

beforeAll(async () => {
  const { code, stdout, stderr } = await runCommand(['drill', '--new-world', world])
  expect([code, stderr]).toEqual([0, ''])
  printed = stdout
  const ca = await makeCa('servers and clients')
  const server = await issueCertificate(ca, { dns: ['holdfast.test'] })
  const client = await issueCertificate(ca, { commonName: 'drill' })
  const stranger = await issueCertificate(await makeCa('strangers'), { commonName: 'drill' })
  for (const [name, text] of [
    ...([
      ['ca.crt', ca.certificatePem],
      ['secret', 'the right secret\n'],
      ['wrong-secret', 'another secret'],
    ] as const),
    ...([server, client, stranger] as const).flatMap(({ certificatePem, keyPem }, i) => {
      const who = ['server', 'client', 'stranger'][i]
      return [[`${who}.crt`, certificatePem] as const, [`${who}.key`, keyPem] as const]
    }),
  ]) {
    writeFileSync(join(dir, name), text)
  }
})

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()))
  rmSync(dir, { recursive: true, force: true })
})

/** Starts a Holdfast with what was printed; resolves to its address for --grpc. */
async function serve(name: string, { server = {}, peers = {}, route = {} }: Settings, socket = false): Promise<string> {
  const { config } = parse(printed)
  const [port, adminPort] = [await freePort(), await freePort()]
  const listen = socket ? `unix://${join(dir, `${name}.sock`)}` : `127.0.0.1:${port}`
  const file = join(dir, `${name}.yaml`)
  const text = stringify({
    server: { listen, drainSeconds: 0, deadlineMs: 2_000, ...server },
    admin: { listen: `127.0.0.1:${adminPort}` },
    peers,
    issuers: config.issuers,
    routes: [{ ...config.routes[0], ...route }],
  })
  writeFileSync(file, text.replaceAll('/etc/holdfast/keys/drill.json', join(world, 'jwks.json')))
  const holdfast = await startServing(file, adminPort)
  stops.push(() => holdfast.stop())
  return listen
}

async function drill(address: string, ...more: readonly string[]): Promise<DrillEnd> {
  const { code, stdout, stderr } = await runCommand([
    ...['drill', '--grpc', address, '--world', world, '--json'],
    ...more,
  ])
  return { code, stderr, scenarios: stdout === '' ? [] : JSON.parse(stdout).scenarios }
}

function names({ scenarios }: DrillEnd, ...outcomes: readonly string[]): readonly string[] {
  return scenarios.filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name)
}

const TLS = { tls: { certificate: 'server.crt', key: 'server.key', clientCa: 'ca.crt' } }
const file = (name: string) => join(dir, name)
const MUTUAL = ['--tls-ca', file('ca.crt'), '--tls-certificate', file('client.crt'), '--tls-key', file('client.key')]
const NAMED = ['--tls-name', 'holdfast.test']

describe('the world of a release', () => {
  it('keeps every file to its owner, and opens nothing: one enforcing route for a name that is none', () => {
    for (const entry of readdirSync(world, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(statSync(join(entry.parentPath, entry.name)).mode & 0o077, entry.name).toBe(0)
    }
    const { config, keySets } = parse(printed)
    expect(config.routes).toHaveLength(1)
    const [{ match, issuers, mode = 'enforce' }] = config.routes
    expect([match, issuers, mode]).toEqual([{ authority: 'drill.invalid' }, [config.issuers[0].issuer], 'enforce'])
    expect(keySets.files['drill.json']).toBe(readFileSync(join(world, 'jwks.json'), 'utf8'))
    expect(printed).not.toContain('"d"')
  })

  it('is whole in the Secret, but for the public key set', () => {
    const { data } = parse(readFileSync(join(world, 'secret.yaml'), 'utf8'))
    const files = readdirSync(world, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(Object.keys(data)).toHaveLength(files.length - 2)
    for (const [key, value] of Object.entries(data as Record<string, string>)) {
      const path = join(world, key.replace(/^workloads\./, 'workloads/'))
      expect(Buffer.from(value, 'base64').toString(), key).toBe(readFileSync(path, 'utf8'))
    }
  })
})

describe('a release that enforces', () => {
  it.each<[string, Settings, readonly string[]]>([
    ['plaintext', {}, []],
    [
      'mTLS and a client secret',
      { server: { ...TLS, clientSecret: 'file:secret' } },
      [...MUTUAL, ...NAMED, '--client-secret', `file:${file('secret')}`],
    ],
    ['forwarded', { peers: { trustDomains: ['cluster.local'], forwardedClientCert: { from: 'envoy' } } }, []],
  ])('%s: all that can be played is as expected, for the exact reason', async (name, settings, options) => {
    const end = await drill(await serve(name.replaceAll(' ', '-'), settings), ...options)
    expect([
      end.code,
      end.stderr,
      end.scenarios.filter(({ fault, outcome }) => fault && outcome !== 'left out'),
    ]).toEqual([0, '', []])
    expect(names(end, 'passed', 'stopped')).toEqual(PLAYED)
    const classes = [
      'proof_replayed',
      'proof_key_mismatch',
      'proof_target_mismatch',
      'certificate_mismatch',
      'binding_downgraded',
    ]
    expect(end.scenarios.map(({ seen }) => seen?.reason)).toEqual(expect.arrayContaining(classes))
  })

  it('by a Unix socket', async () => {
    const end = await drill(await serve('socket', {}, true), '--only', 'ci-replay')
    expect([end.code, names(end, 'stopped')]).toEqual([0, ['ci-replay']])
  })

  it('what Envoy has a part in, and what one route cannot show, is left out and said so', async () => {
    const end = await drill(await serve('left-out', {}))
    const why = new Map(end.scenarios.map(({ name, fault }) => [name, fault]))
    expect(why.get('sa-dot-path')).toContain('there is none here: --target URL')
    expect(why.get('sa-other-pod')).toContain('more routes than the one')
    expect(names(end, 'left out').length + PLAYED.length).toBe(SCENARIOS.length)
  })
})

describe('a release that does not hold', () => {
  it('observe: every attack is missed', async () => {
    const end = await drill(await serve('observe', { route: { mode: 'observe' } }))
    expect(end.code).toBe(1)
    const attacks = SCENARIOS.filter(({ name, honest }) => PLAYED.includes(name) && !honest)
    expect(names(end, 'missed')).toEqual(attacks.map(({ name }) => name))
  })

  it('no tie demanded: the stolen token is missed', async () => {
    const address = await serve('bearer', { route: { binding: { anyOf: ['insecureBearer'] } } })
    const end = await drill(address, '--only', 'partner-bearer')
    expect([end.code, names(end, 'missed')]).toEqual([1, ['partner-bearer']])
  })
})

describe('what is told plainly, with exit code 3', () => {
  it('nobody listens', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const { code, stderr } = await drill(address)
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(new RegExp(`^holdfast drill: ${address}: .*ECONNREFUSED.*; see that .* --tls-ca`)),
    ])
  })

  it.each<[string, readonly string[], string]>([
    ['plaintext to TLS', [], 'name --tls-ca'],
    ['no client certificate', ['--tls-ca', file('ca.crt'), ...NAMED], '--tls-certificate is of that authority'],
    [
      'a certificate of strangers',
      [
        '--tls-ca',
        file('ca.crt'),
        '--tls-certificate',
        file('stranger.crt'),
        '--tls-key',
        file('stranger.key'),
        ...NAMED,
      ],
      '--tls-certificate is of that authority',
    ],
    ['another authority', ['--tls-ca', file('stranger.crt'), ...NAMED], '--tls-ca is the authority'],
    ['another name', MUTUAL, 'else --tls-name'],
  ])('%s', async (name, options, mend) => {
    const { code, stderr } = await drill(await serve(name.replaceAll(' ', '-'), { server: TLS }), ...options)
    expect([code, stderr]).toEqual([3, expect.stringContaining(mend)])
    expect(stderr).not.toMatch(/\n {4}at /)
  })

  it.each<[string, readonly string[]]>([
    ['none', []],
    ['another', ['--client-secret', `file:${file('wrong-secret')}`]],
  ])('client secret: %s', async (name, options) => {
    const address = await serve(`secret-${name}`, { server: { clientSecret: 'file:secret' } })
    const { code, stderr } = await drill(address, ...options)
    expect([code, stderr]).toEqual([3, expect.stringContaining('the client secret is not the one')])
    expect(stderr).not.toContain('another secret')
  })

  it('no route for the drill', async () => {
    const address = await serve('no-route', { route: { match: { authority: 'other.example.com' } } })
    const { code, stderr } = await drill(address)
    expect([code, stderr]).toEqual([3, expect.stringContaining('has no route for https://drill.invalid; add the one')])
  })
})
