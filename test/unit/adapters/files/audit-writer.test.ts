import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditFile, auditStream } from '../../../../src/adapters/files/audit-output.ts'
import {
  type AuditWriter,
  type AuditWriterOptions,
  openAuditWriter,
} from '../../../../src/adapters/files/audit-writer.ts'
import type { AuditVerdict } from '../../../../src/audit/verify.ts'
import { command } from '../../../../src/cli/audit.ts'
import { denied, NOW_MS } from '../../audit/chain-world.ts'
import { fakeIo } from '../../cli/fake-io.ts'

let dir: string
let path: string
let told: (string | undefined)[]

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-audit-'))
  path = join(dir, 'audit.jsonl')
  told = []
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function open(more: Partial<AuditWriterOptions> = {}): AuditWriter {
  return openAuditWriter({
    place: auditFile(path),
    version: '1',
    maxFileBytes: 1_000_000_000,
    headEverySeconds: 60,
    signer: undefined,
    nowMs: () => NOW_MS,
    onTrouble: (problem) => told.push(problem),
    onDisturbed: (what) => told.push(what),
    ...more,
  })
}

/** A life of a process: `count` decisions, then a drain. */
async function live(count: number, more: Partial<AuditWriterOptions> = {}): Promise<AuditWriter> {
  const audit = open(more)
  for (let i = 0; i < count; i++) audit.write(denied())
  await audit.close()
  return audit
}

/** All files of the chain in order, as `holdfast audit verify` sees them. */
async function verify(): Promise<AuditVerdict & { whole: boolean }> {
  const rotated = readdirSync(dir)
    .filter((name) => /\.\d{12}$/.test(name))
    .sort()
  const io = fakeIo({ cwd: dir })
  await command.run(['verify', ...rotated, 'audit.jsonl', '--json'], io)
  return JSON.parse(io.written.out)
}

describe('G5 the audit file', () => {
  it('holds what was written, with a start and a last head', async () => {
    await live(3)
    expect(await verify()).toMatchObject({ whole: true, records: 5 })
    expect(readFileSync(path, 'utf8')).toContain('"kind":"head"')
  })

  it('is gone on with by the next process', async () => {
    await live(3)
    await live(2)
    expect(await verify()).toMatchObject({ whole: true, records: 9, first: 1, last: { sequence: 9 } })
    expect(told).toEqual([])
  })

  it.each([1, 100])('is gone on with after a line that was cut off %i bytes before its end', async (bytes) => {
    await live(3)
    truncateSync(path, readFileSync(path).length - bytes)
    await live(2)
    // Without its line feed alone a record is whole.
    expect(await verify()).toMatchObject({ whole: true, torn: bytes === 1 ? 0 : 1 })
  })

  it('is gone on with when the first line, or the one that tells of a cut, was cut off too', async () => {
    writeFileSync(path, '{"activ')
    await live(1)
    expect(await verify()).toMatchObject({ whole: true, torn: 1, first: 1 })
    appendFileSync(path, '{"act\n{"activ')
    await live(1)
    expect(await verify()).toMatchObject({ whole: true, torn: 2 })
  })

  it('whose end was changed is set aside, told, and another begun', async () => {
    await live(3)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"kind":"head"/, '"kind":"gap"'))
    await live(1)
    expect(told).toEqual(['did not end with a record of ours: it was set aside'])
    expect(readdirSync(dir).sort()).toEqual(['audit.jsonl', `audit.jsonl.unreadable-${NOW_MS}`])
    expect(await verify()).toMatchObject({ whole: true, first: 1 })
  })

  it('is moved away when it is full, and the files are one chain, over a restart too', async () => {
    await live(200, { maxFileBytes: 65_536 })
    rmSync(path, { force: true })
    const files = readdirSync(dir).length
    expect(files).toBeGreaterThan(2)
    await live(1)
    expect(await verify()).toMatchObject({ whole: true, first: 1 })
  })

  it('tells of what the queue could not hold', async () => {
    const audit = await live(8_192 + 5)
    expect(audit.stats()).toMatchObject({ dropped: 5, queued: 0 })
    expect(await verify()).toMatchObject({ whole: true, dropped: 5, records: 8_192 + 3 })
  })

  it('goes on in a new file when another hand moved it, and the two are one chain', async () => {
    let nowMs = NOW_MS
    const audit = open({ nowMs: () => nowMs, headEverySeconds: 1 })
    audit.write(denied())
    await expect.poll(() => audit.stats().queued).toBe(0)
    renameSync(path, `${path}.000000000002`)
    nowMs += 2_000
    audit.write(denied())
    await audit.close()
    expect(told[0]).toBe('was moved or removed by another hand')
    expect(await verify()).toMatchObject({ whole: true, first: 1 })
  })

  it('that another hand cuts while it is written shows it', async () => {
    const audit = open()
    audit.write(denied())
    await expect.poll(() => audit.stats().queued).toBe(0)
    truncateSync(path, 0)
    audit.write(denied())
    await audit.close()
    expect(told).toEqual(['was written to or cut by another hand'])
    expect((await verify()).first).toBe(3)
  })

  it.each([
    ['in a folder that is not there', () => join(dir, 'none', 'audit.jsonl'), 'the system says ENOENT'],
    ['that is a folder', () => dir, 'it is not a regular file'],
    ['that is a device', () => '/dev/full', 'it is not a regular file'],
  ])('%s is told, and its records are counted as dropped', async (_, where, words) => {
    const audit = await live(2, { place: auditFile(where()) })
    expect(told).toEqual([`cannot be written: ${words}`])
    expect(audit.stats()).toEqual({ queued: 0, dropped: 2, problem: `cannot be written: ${words}` })
  })
})

describe('G5 the audit log on standard output', () => {
  it('is a whole chain from each start, with a last head', async () => {
    let text = ''
    const place = auditStream((more) => {
      text += more
    })
    await live(3, { place, maxFileBytes: 1 })
    await live(2, { place })
    const io = fakeIo({ stdin: `{"level":"info"}\n${text}` })
    expect(await command.run(['verify', '-', '--captured', '--json'], io)).toBe(0)
    expect(JSON.parse(io.written.out)).toMatchObject({ whole: true, chains: 2, records: 9, passedOver: 1 })
    expect(told).toEqual([])
  })

  it('that nobody reads any more is told, and its records are counted as dropped', async () => {
    const place = auditStream(() => {
      throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    })
    const audit = await live(2, { place })
    expect(told).toEqual(['cannot be written: the system says EPIPE'])
    expect(audit.stats()).toMatchObject({ queued: 0, dropped: 2 })
  })
})
