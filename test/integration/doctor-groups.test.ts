/** The doctor where the store is more than one server: sentinels, a cluster; and where it speaks TLS. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { makeCa } from '../../src/drill/certificates.ts'
import { type RedisGroup, startCluster, startRedis } from '../support/redis.ts'
import { type SentinelGroup, startSentinelGroup } from '../support/redis-sentinel.ts'
import { startTlsRedis, type TlsRedis } from '../support/redis-tls.ts'
import { makeStoreWorld } from '../unit/doctor/doctor-world.ts'

describe('holdfast doctor behind sentinels', () => {
  let group: SentinelGroup
  beforeAll(async () => {
    group = await startSentinelGroup()
  })
  afterAll(() => group.stop())

  it('finds the master, and that nothing stops it when it is cut off', async () => {
    const found = await (await makeStoreWorld(group.url)).diagnose()
    expect(found.only('store-sentinels')).toMatchObject({
      status: 'ok',
      seen: expect.stringContaining('3 sentinels of 3'),
    })
    expect(found.only('store-role')).toMatchObject({ status: 'ok', subject: `127.0.0.1:${group.master.port}` })
    expect(found.only('store-quorum').status).toBe('warning')
    expect(found.code).toBe(0)
  })

  it('a name that no sentinel knows', async () => {
    const found = await (await makeStoreWorld(group.url.replace('holdfast-master', 'other'))).diagnose()
    expect(found.only('store-sentinels')).toMatchObject({ status: 'failed', unreachable: false })
    expect(found.only('store-sentinels').seen).toContain('knows no master of that name')
    expect([found.code, found.statuses('store-role')]).toEqual([1, []])
  })

  it('two masters, named by sentinels that do not agree', async () => {
    const other = await startRedis({
      configFile: (folder, port) => sentinelOf(folder, port, group.replicas[0]!.port),
    })
    onTestFinished(() => other.stop())
    const url = group.url.replace('/holdfast-master', `,127.0.0.1:${other.port}/holdfast-master`)
    const found = await (await makeStoreWorld(url)).diagnose()
    expect(found.only('store-sentinels').seen).toContain('different masters')
    expect(found.statuses('store-role')).toEqual(expect.arrayContaining(['ok', 'failed']))
  })

  it('a sentinel that is down is a warning, all of them end with 3', async () => {
    const [first] = group.sentinels
    await first!.kill()
    onTestFinished(() => first!.start())
    const found = await (await makeStoreWorld(group.url)).diagnose()
    expect(found.only('store-sentinels')).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('ECONNREFUSED'),
    })
    const none = await (await makeStoreWorld(`redis+sentinel://127.0.0.1:${first!.port}/holdfast-master`)).diagnose()
    expect([none.only('store-sentinels').status, none.code]).toEqual(['failed', 3])
  })
})

function sentinelOf(folder: string, port: number, masterPort: number): string {
  const file = join(folder, 'sentinel.conf')
  writeFileSync(
    file,
    `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor holdfast-master 127.0.0.1 ${masterPort} 2\n`,
  )
  return file
}

describe.each(['redis', 'valkey'] as const)('holdfast doctor at a cluster of %s', (flavour) => {
  let group: RedisGroup
  beforeAll(async () => {
    group = await startCluster(flavour)
  })
  afterAll(() => group.stop())

  it('looks at each master, with a user made by the lines that it prints itself', async () => {
    const lacking = await makeStoreWorld(group.url, 'username: holdfast, password: "env:PASS"')
    for (const server of group.servers) {
      await server.admin().call('acl', 'setuser', 'holdfast', 'on', '>secret', '+@all', '-xadd', '~*')
    }
    const printed = (await lacking.diagnose({ PASS: 'secret' })).statuses('store-permissions')
    expect(printed).toEqual(['failed', 'failed', 'failed'])
    const mends = JSON.parse((await lacking.diagnose({ PASS: 'secret' })).text).findings as {
      id: string
      mend: string
    }[]
    const lines = mends
      .find(({ id }) => id === 'store-permissions')!
      .mend.replace('>PASSWORD', '>secret')
      .split('\n')
    for (const server of group.servers) {
      for (const line of lines) await server.admin().call('acl', ...line.split(' ').slice(1))
    }
    const found = await lacking.diagnose({ PASS: 'secret' })
    expect(found.statuses('store-permissions')).toEqual(['ok', 'ok', 'ok'])
    expect([found.only('list-readable').status, found.only('store-cluster').status, found.code]).toEqual([
      'ok',
      'ok',
      0,
    ])
  })

  it('a prefix with a hash tag parts what belongs together', async () => {
    const found = await (await makeStoreWorld(group.url, 'prefix: "a{b}:"')).diagnose()
    expect(found.only('store-cluster')).toMatchObject({ status: 'failed', seen: expect.stringContaining('{') })
  })

  it('a single server named as a cluster', async () => {
    const server = await startRedis({ flavour })
    onTestFinished(() => server.stop())
    const found = await (await makeStoreWorld(`redis+cluster://127.0.0.1:${server.port}`)).diagnose()
    expect([found.only('store-cluster').status, found.code]).toEqual(['failed', 1])
  })

  it('slots that nobody serves', async () => {
    const admin = group.servers[0]!.admin()
    await admin.call('cluster', 'delslotsrange', '0', '1000')
    onTestFinished(async () => void (await admin.call('cluster', 'addslotsrange', '0', '1000')))
    const url = `redis+cluster://127.0.0.1:${group.servers[0]!.port}`
    const found = await (await makeStoreWorld(url)).diagnose()
    expect(found.only('store-cluster')).toMatchObject({
      status: 'failed',
      seen: expect.stringMatching(/^\d+ of 256 parts/),
    })
  })

  it('a master that is down is named, and ends with 3', async () => {
    const last = group.servers[2]!
    await last.kill()
    const found = await (await makeStoreWorld(group.url)).diagnose()
    expect(found.statuses('store-reachable')).toEqual(['ok', 'ok', 'failed'])
    expect([found.only('store-cluster').status, found.code]).toEqual(['warning', 3])
  })
})

describe('holdfast doctor over TLS', () => {
  let tls: TlsRedis
  beforeAll(async () => {
    tls = await startTlsRedis()
  })
  afterAll(() => tls.stop())

  async function worldWith(ca: string) {
    const world = await makeStoreWorld(tls.url, 'tls: { ca: ca.pem, certificate: client.pem, key: client-key.pem }')
    await world.write('ca.pem', ca)
    await world.write('client.pem', tls.client.cert)
    await world.write('client-key.pem', tls.client.key)
    return world
  }

  it('is told as such, with the certificate of the server and our own', async () => {
    const found = await (await worldWith(tls.client.ca)).diagnose()
    expect(found.only('store-tls').seen).toBe('every connection is TLS')
    expect(found.only('store-certificate')).toMatchObject({ status: 'ok' })
    expect(found.statuses('tls-certificate')).toEqual(['ok', 'ok'])
    expect([found.only('tls-key').status, found.code]).toEqual(['ok', 0])
  })

  it('a foreign CA: the code of TLS says why there is no connection', async () => {
    const found = await (await worldWith((await makeCa('Other CA')).certificatePem)).diagnose()
    expect(found.only('store-reachable')).toMatchObject({ status: 'failed', unreachable: true })
    expect(found.only('store-reachable').seen).toMatch(/^(?:UNABLE_TO|SELF_SIGNED_CERT_IN_CHAIN)/)
  })

  it('a plain URL to a port of TLS', async () => {
    const found = await (await makeStoreWorld(tls.url.replace('rediss', 'redis'))).diagnose()
    expect([found.only('store-reachable').status, found.code]).toEqual(['failed', 3])
  })
})
