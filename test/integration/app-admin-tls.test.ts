/** The admin listener with TLS in a running process: its files are taken up when they change, and faulty ones end the start. */
import { connect, type PeerCertificate } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ca, issueCertificate, makeCa } from '../../src/drill/certificates.ts'
import { configText, makeParties, type Parties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { runCommand, serveProcess, until } from '../support/running-holdfast.ts'

let parties: Parties
let ca: Ca

beforeAll(async () => {
  parties = await makeParties()
  ca = await makeCa('ops')
})
afterAll(() => parties?.forget())

async function writeCertificate(): Promise<string> {
  const { certificatePem, keyPem, thumbprint } = await issueCertificate(ca, { dns: ['localhost'] })
  parties.write('admin.key', keyPem)
  parties.write('admin.pem', certificatePem)
  return thumbprint
}

async function configFile(): Promise<{ file: string; admin: number }> {
  const ports = { grpc: await freePort(), admin: await freePort() }
  const tls = { certificate: 'admin.pem', key: 'admin.key' }
  const admin = { listen: `127.0.0.1:${ports.admin}`, tls }
  parties.write('tls.yaml', configText(ports, [routeOf('api', 'api.example.com', '/')], { admin }))
  return { file: `${parties.dir}/tls.yaml`, admin: ports.admin }
}

/** `x5t#S256` of what answers there. */
function shownAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      const { fingerprint256 }: PeerCertificate = socket.getPeerCertificate()
      socket.destroy()
      resolve(Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'))
    })
    socket.on('error', reject)
  })
}

it('serves it, is asked by holdfast ready, and takes up a renewed certificate', async () => {
  const first = await writeCertificate()
  const { file, admin } = await configFile()
  const holdfast = serveProcess(file, admin)
  try {
    await until('it is ready', async () => (await runCommand(['ready', '--config', file])).code === 0)
    expect(await shownAt(admin)).toBe(first)
    const renewed = await writeCertificate()
    await until('the renewed one is shown', async () => (await shownAt(admin)) === renewed)
    parties.write('admin.key', 'no key')
    await until('it is told', async () =>
      holdfast.stdout().includes('changed TLS files of the admin listener are not taken up'),
    )
    expect(await shownAt(admin)).toBe(renewed)
  } finally {
    await holdfast.stop()
  }
})

it('does not start with files that are none: 2, with the place', async () => {
  await writeCertificate()
  parties.write('admin.key', 'no key')
  const { file } = await configFile()
  const { code, stderr } = await runCommand(['serve', '--config', file])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^holdfast serve: admin\.tls: .*; mend the certificate, the key or the CA file\n$/)
})
