/** `holdfast doctor` without a store to reach: files, issuers, the admin port, exit codes. */
import { expect, onTestFinished, test } from 'vitest'
import { startAdminServer } from '../../../src/admin/admin-server.ts'
import { makeReadiness } from '../../../src/admin/readiness.ts'
import { runCli } from '../../../src/cli/cli.ts'
import { issueCertificate, makeCa } from '../../../src/drill/certificates.ts'
import { jwksText, serve, serveStatus, startJwksServer } from '../../support/jwks-server.ts'
import { makeKey } from '../../support/jws.ts'
import { configText } from '../config/config-file.ts'
import { makeDoctorWorld } from '../doctor/doctor-world.ts'
import { fakeIo } from './fake-io.ts'

const DAY_MS = 86_400_000

test('a sound installation: exit code 0, as text and as JSON', async () => {
  const world = await makeDoctorWorld()
  const found = await world.diagnose()
  expect([found.code, JSON.parse(found.text).ok]).toEqual([0, true])
  const io = fakeIo({ cwd: world.folder, env: { NONCE: '0123456789abcdef0123456789abcdef' } })
  expect(await runCli(['doctor', '--config', 'holdfast.yaml'], io)).toBe(0)
  expect(io.written.out).toMatch(/^configuration\n {2}ok +config-valid +1 route, 1 issuer\n/)
  expect(io.written.out).toMatch(/\n\d+ ok, 0 warnings, 0 failed, 1 unknown\n$/)
})

test('faults of the configuration end it with 2, as check-config prints them', async () => {
  const world = await makeDoctorWorld()
  const text = configText({ top: { nonce: '{ secret: "env:NONCE" }' }, issuer: { keys: '{ jwksFile: none.json }' } })
  await world.write('faulty.yaml', text)
  for (const options of [[], ['--json']]) {
    const [own, other] = [fakeIo({ cwd: world.folder }), fakeIo({ cwd: world.folder })]
    expect(await runCli(['doctor', '--config', 'faulty.yaml', ...options], own)).toBe(2)
    expect(await runCli(['check-config', '--config', 'faulty.yaml', ...options], other)).toBe(2)
    expect(own.written).toEqual(other.written)
    expect(own.written.out + own.written.err).toContain('jwksFile')
  }
  const io = fakeIo({ cwd: world.folder })
  expect(await runCli(['doctor', '--config', 'no.yaml'], io)).toBe(2)
  expect(await runCli(['doctor', '--jsn'], io)).toBe(2)
})

test('an expired certificate and a foreign key fail; their twins do not', async () => {
  const world = await makeDoctorWorld({
    top: { server: '{ tls: { certificate: tls.pem, key: tls-key.pem, clientCa: ca.pem } }' },
  })
  const ca = await makeCa('Clients')
  const good = await issueCertificate(ca, { commonName: 'holdfast' })
  const old = await issueCertificate(ca, {
    commonName: 'holdfast',
    notBefore: new Date(Date.now() - 90 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
  })
  await world.write('ca.pem', ca.certificatePem)
  await world.write('tls.pem', good.certificatePem)
  await world.write('tls-key.pem', good.keyPem)
  const sound = await world.diagnose()
  expect([sound.code, sound.statuses('tls-certificate'), sound.only('tls-key').status]).toEqual([0, ['ok', 'ok'], 'ok'])

  await world.write('tls.pem', old.certificatePem)
  const faulty = await world.diagnose()
  expect([faulty.code, faulty.statuses('tls-certificate')]).toEqual([1, ['failed', 'ok']])
  expect(faulty.only('tls-key').seen).toContain('not the key')
  expect(faulty.text).toContain('CN=holdfast expired on')

  await world.write('tls.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
  await world.write('tls-key.pem', 'x')
  const broken = await world.diagnose()
  expect([broken.statuses('tls-certificate')[0], broken.only('tls-key').status]).toEqual(['failed', 'failed'])
})

test('permissions: a secret that all can read, a configuration that all can write', async () => {
  const world = await makeDoctorWorld({ top: { nonce: '{ secret: "file:nonce" }' } })
  const secret = 'fedcba98765432100123456789abcdef'
  await world.write('nonce', secret, 0o640)
  expect((await world.diagnose()).only('file-permissions').status).toBe('ok')
  await world.write('nonce', secret, 0o644)
  const found = await world.diagnose()
  expect(found.only('file-permissions')).toMatchObject({ status: 'warning', subject: 'nonce.secret' })
  expect(found.text).not.toContain(secret)
  await world.write('jwks.json', jwksText([{ kid: 'k', key: makeKey() }]), 0o666)
  const written = await world.diagnose()
  expect([written.code, written.statuses('file-permissions')]).toEqual([1, ['failed', 'warning']])
})

test('a nonce secret of one byte repeated', async () => {
  const world = await makeDoctorWorld()
  const found = await world.diagnose({ NONCE: 'a'.repeat(64) })
  expect([found.code, found.only('nonce-secret').status]).toEqual([1, 'failed'])
})

test('insecure settings and routes that do not enforce are warnings', async () => {
  const world = await makeDoctorWorld({ route: { mode: 'observe', binding: '{ anyOf: [dpop, insecureBearer] }' } })
  const found = await world.diagnose()
  expect(found.only('insecure-setting')).toMatchObject({
    status: 'warning',
    subject: 'routes[0].binding.insecureBearer',
  })
  expect([found.code, found.only('route-mode').subject]).toEqual([0, 'payments'])
})

test('an issuer by URL: good, without the keys it needs, out of reach', async () => {
  const server = await startJwksServer(serve(jwksText([{ kid: 'k1', key: makeKey() }])))
  onTestFinished(() => server.close())
  const keys = `{ jwksUri: "${server.url}", insecureHttp: true }`
  const world = await makeDoctorWorld({ issuer: { keys, algorithms: '[ES256, PS256]' } })
  const found = await world.diagnose()
  expect([found.code, found.only('issuer-keys').status]).toEqual([0, 'ok'])
  expect(found.only('issuer-algorithms')).toMatchObject({ status: 'warning', mend: 'algorithms: [ES256]' })

  server.behave(serve(jwksText([{ kid: 'k1', key: makeKey('EdDSA') }])))
  const misfit = await world.diagnose()
  expect(misfit.only('issuer-keys')).toMatchObject({ status: 'failed', seen: expect.stringContaining('k1: ') })
  expect(misfit.code).toBe(1)

  server.behave(serveStatus(500))
  const lost = await world.diagnose()
  expect([lost.code, lost.only('issuer-keys').unreachable]).toEqual([3, true])
})

test('the running server: its components; somebody else there is not taken for it', async () => {
  const readiness = makeReadiness(['config', 'replay_store'])
  readiness.set('config', { ready: true, detail: 'loaded' })
  readiness.set('replay_store', { ready: false, detail: 'no connection' })
  const admin = await startAdminServer({
    listen: { host: '127.0.0.1', port: 0 },
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    readiness,
    config: () => ({}),
  })
  onTestFinished(() => admin.close())
  const found = await (await makeDoctorWorld({ top: { admin: `{ listen: "${admin.address}" }` } })).diagnose()
  expect([found.code, found.only('server-running').status]).toEqual([1, 'ok'])
  expect(found.statuses('server-component')).toEqual(['ok', 'failed'])

  const wild = `{ listen: "0.0.0.0:${admin.address.split(':')[1]}" }`
  expect((await (await makeDoctorWorld({ top: { admin: wild } })).diagnose()).only('server-running').status).toBe('ok')

  const other = await startJwksServer(serve('{"components":[]}'))
  onTestFinished(() => other.close())
  const listen = `{ listen: "${new URL(other.url).host}" }`
  const foreign = await (await makeDoctorWorld({ top: { admin: listen } })).diagnose()
  expect(foreign.only('server-running')).toMatchObject({ status: 'unknown', seen: expect.stringContaining('somebody') })
})

test('--help tells that it writes nothing, and each exit code', async () => {
  const io = fakeIo()
  expect(await runCli(['doctor', '--help'], io)).toBe(0)
  for (const part of ['It writes nothing', 'ACL LOG', '0 nothing failed', '3 the store']) {
    expect(io.written.out).toContain(part)
  }
})
