import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type FileRevocationList,
  openFileRevocations,
  type RevocationStats,
} from '../../../../src/adapters/files/file-revocation-list.ts'
import { loadRevocations } from '../../../../src/adapters/files/load-revocations.ts'
import { type RawEntry, toRawEntry } from '../../../../src/revocations/raw-entry.ts'
import { writeDocument } from '../../../../src/revocations/revocation-document.ts'
import { NOW, QUERY, revocation } from '../../../contract/revocation-list-cases.ts'
import { makeFolder, put } from './folder.ts'

interface World {
  readonly list: FileRevocationList
  readonly applied: RevocationStats[]
  readonly refused: string[]
  readonly failed: string[]
}

const clock = { ms: NOW * 1000 }

function open(file: string): World {
  const [applied, refused, failed]: [RevocationStats[], string[], string[]] = [[], [], []]
  const list = openFileRevocations(file, {
    clock: { nowMs: () => clock.ms },
    pollMs: 20,
    events: {
      applied: (stats) => void applied.push(stats),
      entryRefused: ({ place }) => void refused.push(place),
      failed: (problem) => void failed.push(problem),
    },
  })
  onTestFinished(() => list.close())
  return { list, applied, refused, failed }
}

const textOf = (...entries: RawEntry[]): string => writeDocument(entries)
const session = toRawEntry(revocation('session', 'sid-1'))
const subject = toRawEntry(revocation('subject', 'sub-1', { atSeconds: NOW + 3 }))
const kindOf = (list: FileRevocationList) => list.find(QUERY, NOW).kind
const soon = (check: () => void) => vi.waitFor(check, { timeout: 3000, interval: 5 })

describe('openFileRevocations', () => {
  it('is stale until it was read', async () => {
    const file = join(await makeFolder(), 'list.json')
    const { list } = open(file)
    expect(list.find(QUERY, NOW).kind).toBe('stale')
    expect(list.stats()).toBeUndefined()
    await list.start()
    expect(kindOf(list)).toBe('clear')
  })

  it('a file that is not there yet is an empty list, and is taken up when it comes', async () => {
    const file = join(await makeFolder(), 'list.json')
    const { list, failed } = open(file)
    await list.start()
    expect(kindOf(list)).toBe('clear')
    await put(file, textOf(session))
    await soon(() => expect(kindOf(list)).toBe('revoked'))
    expect(failed).toEqual([])
  })

  it('takes up a change, and what is taken back', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf())
    const { list } = open(file)
    await list.start()
    await put(file, textOf(session))
    await soon(() => expect(kindOf(list)).toBe('revoked'))
    await put(file, textOf())
    await soon(() => expect(kindOf(list)).toBe('clear'))
  })

  it('stays stale when the first file cannot be used, until it is mended', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, '{"version":1')
    const { list, failed } = open(file)
    await list.start()
    expect(list.find(QUERY, NOW)).toEqual({ kind: 'stale', detail: 'the revocation list could not be read' })
    expect(failed).toHaveLength(1)
    await put(file, textOf())
    await soon(() => expect(kindOf(list)).toBe('clear'))
  })

  it('stays stale when there is something else than a file', async () => {
    const file = join(await makeFolder(), 'list.json')
    await mkdir(file)
    const { list, failed } = open(file)
    await list.start()
    expect(kindOf(list)).toBe('stale')
    expect(failed).toEqual(['is not a regular file'])
  })

  it.each([
    ['is malformed', (file: string) => put(file, 'oops')],
    ['disappears', (file: string) => rm(file)],
  ])('keeps the last good list when the file %s', async (_name, spoil) => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(session))
    const { list, failed } = open(file)
    await list.start()
    await spoil(file)
    await soon(() => expect(failed).toHaveLength(1))
    expect(kindOf(list)).toBe('revoked')
    await put(file, textOf())
    await soon(() => expect(kindOf(list)).toBe('clear'))
  })

  it('applies the rest when entries are malformed, and names those', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf({ id: 'rv-x', kind: 'nonsense' }, session, 17))
    const { list, refused, applied } = open(file)
    await list.start()
    expect(kindOf(list)).toBe('revoked')
    expect(refused).toEqual(['revocations[0] (rv-x)', 'revocations[2]'])
    expect(applied[0]?.refusedEntries).toBe(2)
    expect(applied[0]?.counts.get('session')).toBe(1)
  })

  it('names a hundred malformed entries at most, and counts all', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(...Array.from({ length: 150 }, (_, i) => i)))
    const { list, refused, applied } = open(file)
    await list.start()
    expect(refused).toHaveLength(100)
    expect(applied[0]?.refusedEntries).toBe(150)
  })

  it('tells how long the newest entry took, but not of the first list nor when none is new', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(session))
    const { list, applied } = open(file)
    await list.start()
    clock.ms = (NOW + 4) * 1000
    onTestFinished(() => {
      clock.ms = NOW * 1000
    })
    await put(file, textOf(session, subject))
    await soon(() => expect(applied).toHaveLength(2))
    await put(file, textOf(subject))
    await soon(() => expect(applied).toHaveLength(3))
    expect(applied.map(({ newestAgeMs }) => newestAgeMs)).toEqual([undefined, 1000, undefined])
    expect(list.stats()).toBe(applied[2])
  })

  /** Enough for several slices. */
  const MANY = 20_000
  const many = Array.from({ length: MANY }, (_, i) => toRawEntry(revocation('client', `client-${i + 2}`)))

  it('E a long list does not hold up what else there is to do, and the one before stands until it is whole', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(session))
    const { list, applied } = open(file)
    await list.start()
    const seen: string[] = []
    let turns = 0
    await put(file, textOf(...many, subject))
    while (applied.length < 2) {
      turns++
      seen.push(kindOf(list))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(turns).toBeGreaterThan(3)
    expect(new Set(seen)).toEqual(new Set(['revoked']))
    expect(list.find(QUERY, NOW)).toMatchObject({ revocation: { kind: 'subject' } })
    expect(applied[1]?.counts.get('client')).toBe(MANY)
  })

  it('E a long list that is malformed at its end counts for nothing', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf())
    const { list, failed } = open(file)
    await list.start()
    await put(file, textOf(session, ...many).slice(0, -3))
    await soon(() => expect(failed).toHaveLength(1))
    expect(kindOf(list)).toBe('clear')
  })

  it('E what changes while a long list is read is read next', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(...many))
    const { list, applied } = open(file)
    await list.start()
    await put(file, textOf(...many, session))
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
    await put(file, textOf(subject))
    await soon(() => expect(applied.at(-1)?.counts.get('subject')).toBe(1))
    expect(list.find(QUERY, NOW)).toMatchObject({ revocation: { kind: 'subject' } })
  })

  it('a long list that is not wanted any more is left, and gives nothing', async () => {
    const content = Buffer.from(textOf(...many))
    expect(await loadRevocations(content, NOW, () => true)).toBeUndefined()
    expect((await loadRevocations(content, NOW, () => false))?.ok).toBe(true)
  })

  it('closed before it was read, it watches nothing', async () => {
    const file = join(await makeFolder(), 'list.json')
    await put(file, textOf(session))
    const { list, applied } = open(file)
    const started = list.start()
    list.close()
    await started
    expect(applied).toEqual([])
    expect(kindOf(list)).toBe('stale')
  })
})
