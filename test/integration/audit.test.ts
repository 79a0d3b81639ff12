/** The audit log of a whole process: over kills, rotation and a full disk; and that no secret is in it. */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditVerdict } from '../../src/audit/verify.ts'
import { ask, askHonest, checkOf } from '../support/checks.ts'
import { type CheckClient, makeCheckClient } from '../support/envoy-messages.ts'
import { configText, type Holder, makeHolder, makeParties, type Parties, proofOf, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { MAIN, type RunningHoldfast, runCommand, startServing, until } from '../support/running-holdfast.ts'
import { keyPair } from '../unit/audit/chain-world.ts'

const AUTHORITY = 'api.example.com'
const keys = keyPair()

let parties: Parties
let ports: { grpc: number; admin: number }
let client: CheckClient
let holder: Holder
let holdfast: RunningHoldfast | undefined

beforeEach(async () => {
  parties = await makeParties()
  ports = { grpc: await freePort(), admin: await freePort() }
  parties.write('audit-key.pem', keys.privatePem)
  parties.write('audit-public.pem', keys.publicPem)
  holder = await makeHolder(parties)
  client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
})
afterEach(async () => {
  client.close()
  await holdfast?.stop()
  holdfast = undefined
  parties.forget()
})

function config(audit: Readonly<Record<string, unknown>> = {}): string {
  const section = { file: 'audit.jsonl', decisions: 'all', headEverySeconds: 1, signingKey: 'file:audit-key.pem' }
  const text = configText(ports, [routeOf('api', AUTHORITY, '/')], { audit: { ...section, ...audit } })
  return parties.write('holdfast.yaml', text)
}

/** Honest and refused in turn. */
async function decide(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { allowed } =
      i % 2 === 0
        ? await askHonest(client, holder, { authority: AUTHORITY })
        : await ask(client, checkOf({ authority: AUTHORITY, path: `/${i}` }))
    expect(allowed).toBe(i % 2 === 0)
  }
}

async function verify(folder = parties.dir): Promise<{ code: number | string; verdict: AuditVerdict }> {
  const rotated = readdirSync(folder)
    .filter((name) => /^audit\.jsonl\.\d{12}$/.test(name))
    .sort()
  const files = [...rotated, 'audit.jsonl'].map((name) => join(folder, name))
  const publicKey = join(parties.dir, 'audit-public.pem')
  const { code, stdout, stderr } = await runCommand(['audit', 'verify', ...files, '--public-key', publicKey, '--json'])
  expect(stderr).toBe('')
  return { code, verdict: JSON.parse(stdout) as AuditVerdict }
}

describe('G5 the audit log of a running server', () => {
  it('has every decision, signed to its end after a drain, and no secret', async () => {
    holdfast = await startServing(config(), ports.admin)
    await decide(20)
    const { nonce = '' } = await askHonest(client, holder, { authority: AUTHORITY }, 'none')
    const proof = await proofOf(holder, 'GET', `https://${AUTHORITY}/`, nonce)
    const fields = [['authorization', `DPoP ${holder.token}`] as const, ['dpop', proof] as const]
    for (let i = 0; i < 2; i++) await ask(client, checkOf({ authority: AUTHORITY, fields }))
    const decisions = await holdfast.metric('holdfast_decisions_total')
    await holdfast.stop()
    const { code, verdict } = await verify()
    expect([code, verdict.findings, verdict.dropped, verdict.signedTo]).toEqual([0, [], 0, verdict.last?.sequence])
    const text = readFileSync(join(parties.dir, 'audit.jsonl'), 'utf8')
    expect(text.split('"class_uid":6003')).toHaveLength(decisions + 1)
    expect(decisions).toBeGreaterThan(21)
    expect(text).toContain('"status_detail":"proof_replayed"')
    const secrets = [holder.token, proof, nonce, readFileSync(join(parties.dir, 'nonce-secret'), 'utf8')]
    const pieces = [...secrets.flatMap((secret) => secret.split('.')), keys.privatePem.toString().split('\n')[1] ?? '']
    for (const piece of pieces) {
      for (let i = 0; i + 16 <= piece.length; i += 4) expect(text).not.toContain(piece.slice(i, i + 16))
    }
  })

  it('goes on after kill -9, and after a line that it cut off', async () => {
    const path = config()
    holdfast = await startServing(path, ports.admin)
    const load = decide(200).catch(() => undefined)
    const file = join(parties.dir, 'audit.jsonl')
    await until(
      'something is written',
      () => readdirSync(parties.dir).includes('audit.jsonl') && readFileSync(file).length > 20_000,
    )
    holdfast.signal('SIGKILL')
    await Promise.all([holdfast.exit, load])
    truncateSync(file, readFileSync(file).length - 50)
    holdfast = await startServing(path, ports.admin)
    await decide(4)
    await holdfast.stop()
    const { code, verdict } = await verify()
    expect([code, verdict.findings, verdict.torn]).toEqual([0, [], 1])

    writeFileSync(file, readFileSync(file, 'utf8').replace('"status_detail":"ok"', '"status_detail":"no"'))
    expect((await verify()).code).toBe(1)
  })

  it('moves full files away', async () => {
    holdfast = await startServing(config({ maxFileBytes: 65_536 }), ports.admin)
    await decide(120)
    await holdfast.stop()
    expect(readdirSync(parties.dir).filter((name) => name.startsWith('audit.jsonl.')).length).toBeGreaterThan(0)
    expect((await verify()).verdict).toMatchObject({ findings: [], first: 1, dropped: 0 })
  })

  it('is not begun with several workers, nor with a key that is none', async () => {
    const path = config({ signingKey: 'file:audit-public.pem' })
    const { code, stderr } = await runCommand(['check-config', '--config', path])
    expect([code, stderr]).toEqual([2, expect.stringContaining('audit.signingKey: is no Ed25519 private key in PEM')])
    writeFileSync(
      path,
      configText(ports, [routeOf('api', AUTHORITY, '/')], { server: { workers: 2 }, audit: { file: 'a' } }),
    )
    const workers = await runCommand(['check-config', '--config', path])
    expect(workers.stderr).toContain('audit.file: would be written by several workers')
  })
})

describe('G5 a full disk under the audit log', () => {
  it('is told, slows and stops nothing, and the chain goes on when there is room again', async () => {
    const trial = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
    expect(trial.status, 'a small disk needs unshare and a user namespace, or root').toBe(0)
    const disk = join(parties.dir, 'disk')
    const path = config({ file: 'disk/audit.jsonl' })
    const script = `mkdir '${disk}' && mount -t tmpfs -o size=128k tmpfs '${disk}' && exec "$@"`
    const args = ['-rm', 'sh', '-c', script, 'sh', process.execPath, MAIN, 'serve', '--config', path]
    const child = spawn('unshare', args, { stdio: 'ignore' })
    const gone = new Promise((resolve) => child.once('exit', resolve))
    const page = async (name: string) => (await fetch(`http://127.0.0.1:${ports.admin}${name}`)).text()
    const ready = () =>
      fetch(`http://127.0.0.1:${ports.admin}/readyz`).then(
        ({ status }) => status,
        () => 0,
      )
    const seen = `/proc/${child.pid}/root${disk}`
    try {
      await until('it is ready', async () => (await ready()) === 200)
      await decide(2)
      await writeFile(`${seen}/filler`, Buffer.alloc(1_000_000)).catch(() => undefined)
      await decide(20)
      await until('the trouble shows', async () => (await page('/metrics')).includes('holdfast_audit_failing 1'))
      await until('it says why', async () =>
        (await page('/readyz')).includes('cannot be written: the system says ENOSPC'),
      )
      await decide(2)
      await rm(`${seen}/filler`)
      await until('it is over', async () => /holdfast_audit_failing 0\n/.test(await page('/metrics')))
      await until('all is written', async () => (await page('/metrics')).includes('holdfast_audit_queue 0'))
      const { code, verdict } = await verify(seen)
      expect([code, verdict.findings, verdict.dropped]).toEqual([0, [], 0])
      expect(verdict.records).toBeGreaterThanOrEqual(25)
    } finally {
      child.kill('SIGTERM')
      await gone
    }
  })
})
