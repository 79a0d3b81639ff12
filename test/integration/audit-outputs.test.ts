/** Where audit records go besides a file: standard output of a whole process, and a collector of OpenTelemetry. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AuditLog, type AuditLogOptions, openAuditLog } from '../../src/app/audit-log.ts'
import { refusal } from '../../src/check/refusal.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Secrets } from '../../src/config/secrets.ts'
import { createLogger } from '../../src/observability/logger.ts'
import { makeMetricSet } from '../../src/observability/metric-set.ts'
import { makeRuntimeMetrics } from '../../src/observability/runtime-metrics.ts'
import { askHonest } from '../support/checks.ts'
import { decision, event, TOKEN } from '../support/decisions.ts'
import { makeCheckClient } from '../support/envoy-messages.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { configText, makeHolder, makeParties, routeOf } from '../support/parties.ts'
import { freePort } from '../support/ports.ts'
import { runCommand, startServing, until } from '../support/running-holdfast.ts'
import { incident } from '../unit/audit/incidents.ts'
import { faultsOf } from '../unit/audit/ocsf-schema.ts'

const AUTHORITY = 'api.example.com'
const DENIED = event(decision(refusal('proof_replayed', 'used before'), { token: TOKEN, held: ['dpop'] }))

let dir: string
let receiver: OtlpReceiver
let logged: string

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-audit-'))
  receiver = await startOtlpReceiver()
  logged = ''
})
afterEach(async () => {
  await receiver.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** What of the configuration and the secrets is read here. */
async function open(
  audit: Partial<Config['audit']>,
  subject: AuditLogOptions['subject'] = (name) => name,
): Promise<{ audit: AuditLog; metrics: () => Promise<string> }> {
  const section = {
    file: null,
    stdout: false,
    otlp: null,
    decisions: 'denied',
    maxFileBytes: 1e9,
    headEverySeconds: 60,
  }
  const metricSet = makeMetricSet()
  const write = (line: string): void => {
    logged += line
  }
  const log = createLogger('info', { write })
  const metrics = makeRuntimeMetrics(metricSet, { version: '1', node: '24' }, Date.now)
  const config = { audit: { ...section, ...audit } } as Config
  const opened = await openAuditLog(config, { audit: undefined } as Secrets, { log, metrics, version: '1', subject })
  if (opened === undefined) throw new Error('must be open')
  return { audit: opened, metrics: async () => (await metricSet.render()).body }
}

async function metricOf(metrics: () => Promise<string>, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await metrics())?.[1])
}

describe('G5 audit records for a collector', () => {
  it('are the same, valid as OCSF, without the chain', async () => {
    const file = join(dir, 'audit.jsonl')
    const { audit } = await open({ file, otlp: { endpoint: receiver.logsUrl } })
    audit.decided(DENIED)
    audit.incident(incident())
    await audit.close()
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const written = lines.map((line) => JSON.parse(line)).filter(({ class_uid }) => class_uid !== 0)
    const logs = receiver.logs()
    expect(
      logs.map(({ eventName, severityNumber, severityText }) => [eventName, severityNumber, severityText]),
    ).toEqual([
      ['holdfast.decision', 17, 'High'],
      ['holdfast.incident', 17, 'High'],
    ])
    for (const [i, { body }] of logs.entries()) {
      const { metadata, unmapped, ...record } = written[i]
      const { sequence, ...rest } = metadata
      expect(body).toEqual({ ...record, metadata: rest, unmapped: { holdfast: unmapped.holdfast } })
      expect(sequence).toBeGreaterThan(0)
      expect(faultsOf(body as Record<string, unknown>)).toEqual([])
    }
    expect(logs[0]?.timeUnixNano).toBe('1800000000000000000')
  })

  it('that is down harms no file, is told once, and what it did not take is counted', async () => {
    await receiver.stop()
    const file = join(dir, 'audit.jsonl')
    const { audit, metrics } = await open({ file, otlp: { endpoint: receiver.logsUrl } })
    for (let i = 0; i < 4_096 + 7; i++) audit.decided(DENIED)
    // Beyond the queue at once, without a wait.
    await until(
      'what is too much is counted',
      async () => (await metricOf(metrics, 'holdfast_audit_dropped_total')) >= 7,
    )
    await audit.close()
    expect(await metricOf(metrics, 'holdfast_audit_dropped_total')).toBe(4_096 + 7)
    expect(logged.split('does not take records').length - 1).toBe(1)
    expect(audit.state()).toEqual({ ready: true, detail: 'the collector of audit.otlp does not take records' })
    const { code } = await runCommand(['audit', 'verify', file])
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8').split('"class_uid":6003')).toHaveLength(4_096 + 8)
  })
})

describe('G5 the subject in audit records', () => {
  it('is a keyed hash where subjects are hashed, in the chain and for a collector', async () => {
    const file = join(dir, 'audit.jsonl')
    const { audit } = await open({ file, otlp: { endpoint: receiver.logsUrl } }, () => 'hashed:abc')
    audit.decided(DENIED)
    await audit.close()
    const text = `${readFileSync(file, 'utf8')}${receiver.bodies.join('')}`
    expect(text).not.toContain('deployer')
    expect(text.split('hashed:abc')).toHaveLength(5)
  })

  it('is printable and bounded where they are not', async () => {
    const file = join(dir, 'audit.jsonl')
    const { audit } = await open({ file })
    const token = { ...TOKEN, subject: `a\u202e${'b'.repeat(300)}` }
    audit.decided(event(decision(refusal('proof_replayed', 'x'), { token })))
    await audit.close()
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('"subject":"a\\\\u202ebbb')
    expect(text).not.toContain('b'.repeat(300))
  })
})

describe('G5 audit records on standard output', () => {
  it('stand between the lines of the log, and are whole over a restart', async () => {
    const parties = await makeParties()
    const ports = { grpc: await freePort(), admin: await freePort() }
    const client = makeCheckClient(`127.0.0.1:${ports.grpc}`)
    const config = { audit: { stdout: true, decisions: 'all' }, log: { decisions: 'all' } }
    const path = parties.write('holdfast.yaml', configText(ports, [routeOf('api', AUTHORITY, '/')], config))
    let captured = ''
    try {
      const holder = await makeHolder(parties)
      for (let life = 0; life < 2; life++) {
        const holdfast = await startServing(path, ports.admin)
        for (let i = 0; i < 20; i++) await askHonest(client, holder, { authority: AUTHORITY })
        await holdfast.stop()
        captured += holdfast.stdout()
      }
      writeFileSync(join(dir, 'captured'), captured)
      const { code, stdout } = await runCommand(['audit', 'verify', join(dir, 'captured'), '--captured', '--json'])
      const verdict = JSON.parse(stdout)
      expect([code, verdict.chains, verdict.findings, verdict.dropped]).toEqual([0, 2, [], 0])
      expect(verdict.records).toBeGreaterThanOrEqual(2 * 22)
      expect(verdict.passedOver).toBeGreaterThanOrEqual(2 * 20)
      // A record that is taken out shows.
      const [first = '', ...rest] = captured.split('\n').filter((line) => line.includes('"class_uid":6003'))
      expect(rest.length).toBeGreaterThan(0)
      writeFileSync(join(dir, 'captured'), captured.replace(`${first}\n`, ''))
      expect((await runCommand(['audit', 'verify', join(dir, 'captured'), '--captured'])).code).toBe(1)
    } finally {
      client.close()
      parties.forget()
    }
  })
})
