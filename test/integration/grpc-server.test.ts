import { link, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ca, issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import type { GrpcServerOptions } from '../../src/transport/grpc-server.ts'
import { ListenError } from '../../src/transport/listen-address.ts'
import type { TlsFiles } from '../../src/transport/server-tls.ts'
import { encodeCheckRequest, isAllow, makeCheckClient } from '../support/envoy-messages.ts'
import { ALLOW, ANY_PORT, startWorld, withFolder } from '../support/grpc-world.ts'

const REQUEST = encodeCheckRequest({})

async function allows(address: string, creds = credentials.createInsecure()): Promise<boolean> {
  const client = makeCheckClient(address, creds)
  try {
    return isAllow(await client.check(REQUEST, { deadlineMs: 2_000 }))
  } catch {
    return false
  } finally {
    client.close()
  }
}

function start(options: Partial<GrpcServerOptions>): ReturnType<typeof startWorld> {
  return startWorld({}, options)
}

describe('server.listen on TCP', () => {
  it('tells the port that it got, and serves there', async () => {
    const { server } = await start({ listen: ANY_PORT })
    expect(server.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/)
    expect(await allows(server.address)).toBe(true)
    await server.drain(0)
    expect(await allows(server.address)).toBe(false)
  })

  it('takes IPv6, in brackets where it is shown', async () => {
    const { server } = await start({ listen: { kind: 'tcp', host: '::1', port: 0 } })
    expect(server.address).toMatch(/^\[::1\]:\d+$/)
    expect(await allows(server.address)).toBe(true)
    await server.drain(0)
  })

  it('says ListenError with the address when the port is taken', async () => {
    const { server } = await start({ listen: ANY_PORT })
    const port = Number(server.address.split(':')[1])
    const again = start({ listen: { kind: 'tcp', host: '127.0.0.1', port } })
    await expect(again).rejects.toThrow(ListenError)
    await expect(again).rejects.toThrow(`127.0.0.1:${port}`)
    await expect(again).rejects.toThrow('EADDRINUSE')
    await server.drain(0)
  })
})

describe('server.listen on a Unix socket', () => {
  it('serves on it with mode 0660, and takes it away in the end', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'holdfast.sock')
      const { server } = await start({ listen: { kind: 'unix', path } })
      expect(server.address).toBe(`unix://${path}`)
      expect((await stat(path)).mode & 0o777).toBe(0o660)
      expect(await allows(server.address)).toBe(true)
      await server.drain(0)
      await expect(stat(path)).rejects.toThrow('ENOENT')
    })
  })

  it('replaces a socket on which nobody answers', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'holdfast.sock')
      await leaveStaleSocket(path)
      const { server } = await start({ listen: { kind: 'unix', path } })
      expect(await allows(server.address)).toBe(true)
      await server.drain(0)
    })
  })

  it('leaves a socket alone on which another server answers', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'holdfast.sock')
      const { server } = await start({ listen: { kind: 'unix', path } })
      await expect(start({ listen: { kind: 'unix', path } })).rejects.toThrow(ListenError)
      expect(await allows(server.address)).toBe(true)
      await server.drain(0)
    })
  })

  it('never removes what is not a socket, nor what a link points to', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'holdfast.sock')
      const stale = join(folder, 'stale.sock')
      await leaveStaleSocket(stale)
      await writeFile(path, 'precious')
      await expect(start({ listen: { kind: 'unix', path } })).rejects.toThrow('something else than a socket')
      const pointer = join(folder, 'link.sock')
      await symlink(stale, pointer)
      await expect(start({ listen: { kind: 'unix', path: pointer } })).rejects.toThrow('something else than a socket')
      expect((await stat(path)).isFile() && (await stat(stale)).isSocket()).toBe(true)
    })
  })

  it('says ListenError where the folder does not exist', async () => {
    const path = '/nonexistent-folder/holdfast.sock'
    await expect(start({ listen: { kind: 'unix', path } })).rejects.toThrow(ListenError)
  })
})

/** What a killed server leaves behind: a socket in the file system without a listener. */
async function leaveStaleSocket(path: string): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}.live`, resolve))
  await link(`${path}.live`, path)
  await new Promise((resolve) => server.close(resolve))
}

describe('server.tls', () => {
  let ca: Ca
  let otherCa: Ca

  beforeAll(async () => {
    ca = await makeCa('ours')
    otherCa = await makeCa('other')
  })

  async function files(signer: Ca, clientCa?: Ca): Promise<TlsFiles> {
    const { certificatePem, keyPem } = await issueCertificate(signer, { dns: ['localhost'], ips: ['127.0.0.1'] })
    return {
      certificate: Buffer.from(certificatePem),
      key: Buffer.from(keyPem),
      clientCa: clientCa === undefined ? undefined : Buffer.from(clientCa.certificatePem),
    }
  }

  async function clientOf(trusted: Ca, own?: Ca): Promise<ReturnType<typeof credentials.createSsl>> {
    const root = Buffer.from(trusted.certificatePem)
    if (own === undefined) return credentials.createSsl(root)
    const { certificatePem, keyPem } = await issueCertificate(own, { spiffeId: 'spiffe://example.org/envoy' })
    return credentials.createSsl(root, Buffer.from(keyPem), Buffer.from(certificatePem))
  }

  it('serves TLS only', async () => {
    const { server } = await start({ tls: await files(ca) })
    expect(await allows(server.address, await clientOf(ca))).toBe(true)
    expect(await allows(server.address, await clientOf(otherCa))).toBe(false)
    expect(await allows(server.address)).toBe(false)
    await server.drain(0)
  })

  it('with clientCa takes only clients of that authority', async () => {
    const { server } = await start({ tls: await files(ca, ca) })
    expect(await allows(server.address, await clientOf(ca, ca))).toBe(true)
    expect(await allows(server.address, await clientOf(ca, otherCa))).toBe(false)
    expect(await allows(server.address, await clientOf(ca))).toBe(false)
    await server.drain(0)
  })

  it('takes new files while it runs: certificate and client authority', async () => {
    const { server } = await start({ tls: await files(ca, ca) })
    server.updateTls(await files(otherCa, otherCa))
    expect(await allows(server.address, await clientOf(otherCa, otherCa))).toBe(true)
    expect(await allows(server.address, await clientOf(otherCa, ca))).toBe(false)
    expect(await allows(server.address, await clientOf(ca, otherCa))).toBe(false)
    await server.drain(0)
  })

  it('keeps the old files when the new ones do not fit', async () => {
    const { server } = await start({ tls: await files(ca, ca) })
    const good = await files(ca, ca)
    const { key } = await files(ca, ca)
    expect(() => server.updateTls({ ...good, key })).toThrow()
    expect(() => server.updateTls({ ...good, certificate: Buffer.from('no certificate') })).toThrow()
    expect(() => server.updateTls({ ...good, clientCa: undefined })).toThrow('clientCa')
    expect(await allows(server.address, await clientOf(ca, ca))).toBe(true)
    expect(await allows(server.address, await clientOf(ca))).toBe(false)
    await server.drain(0)
  })

  it('does not start with files that do not fit', async () => {
    const { key } = await files(ca)
    await expect(start({ tls: { ...(await files(ca)), key } })).rejects.toThrow()
  })

  it('cannot be switched on while it runs', async () => {
    const { server } = await start({})
    const good = await files(ca)
    expect(() => server.updateTls(good)).toThrow('restart')
    await server.drain(0)
  })
})

describe('drain', () => {
  it('loses no call under way, and takes no new one afterwards', async () => {
    const settle = Promise.withResolvers<void>()
    const { server, handler } = await startWorld({
      decide: async () => {
        await settle.promise
        return () => ALLOW
      },
      deadlineMs: 10_000,
    })
    const client = makeCheckClient(server.address)
    const held = Array.from({ length: 20 }, () => client.check(REQUEST))
    await expect.poll(() => handler.inFlight()).toBe(20)
    const drained = server.drain(2)
    // Past the first half, in which it still takes calls.
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    settle.resolve()
    expect((await Promise.all(held)).map(isAllow)).toEqual(Array(20).fill(true))
    await drained
    expect(await allows(server.address)).toBe(false)
    client.close()
  })

  it('answers calls of the first half', async () => {
    const { server } = await start({})
    const drained = server.drain(1)
    expect(await allows(server.address)).toBe(true)
    await drained
  })

  it('cuts off what never ends, at the time it was given', async () => {
    const { server, handler } = await startWorld({ decide: () => new Promise(() => undefined), deadlineMs: 60_000 })
    const client = makeCheckClient(server.address)
    const held = client.check(REQUEST).catch((error: { code: number }) => error.code)
    await expect.poll(() => handler.inFlight()).toBe(1)
    const startedMs = performance.now()
    await server.drain(0.2)
    expect(performance.now() - startedMs).toBeLessThan(1_500)
    expect(await held).not.toBe(0)
    client.close()
  })
})
