import { describe, expect, it } from 'vitest'
import { hasEnded, type RawEntry, toRawEntry } from '../../../src/revocations/raw-entry.ts'
import { readRawEntries, readRevocations, writeDocument } from '../../../src/revocations/revocation-document.ts'
import { NOW, revocation } from '../../contract/revocation-list-cases.ts'

const GOOD = {
  id: 'rv-1',
  kind: 'session',
  value: 's',
  issuer: null,
  issuedBefore: '2026-11-23T10:00:00Z',
  expires: null,
  why: null,
  by: null,
  at: '2026-11-23T10:00:00Z',
}

const read = (text: string | Buffer) => readRawEntries(Buffer.from(text as string))

describe('readRawEntries', () => {
  it('reads what writeDocument writes, each entry on a line of its own', () => {
    const text = writeDocument([GOOD, { odd: true }])
    expect(read(text)).toEqual({ ok: true, value: [GOOD, { odd: true }] })
    expect(text.split('\n')).toHaveLength(5)
    expect(read(writeDocument([]))).toEqual({ ok: true, value: [] })
  })

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['half a file', '{"version":1,"revocations":[{"id":'],
    ['another version', '{"version":2,"revocations":[]}'],
    ['no version', '{"revocations":[]}'],
    ['no list', '{"version":1}'],
    ['a list that is none', '{"version":1,"revocations":{}}'],
    ['two lists', '{"version":1,"revocations":[],"revocations":[]}'],
    ['an unknown member', '{"version":1,"revocations":[],"revoked":[]}'],
    ['an entry with a name twice', '{"version":1,"revocations":[{"id":"a","id":"b"}]}'],
    ['an entry that is no JSON', '{"version":1,"revocations":[{"id":a}]}'],
    ['an entry that is not UTF-8', Buffer.from('{"version":1,"revocations":["\xff"]}', 'latin1')],
    ['an entry with half a pair', '{"version":1,"revocations":["\\ud800"]}'],
    ['a comma without an entry', '{"version":1,"revocations":[{},]}'],
    ['entries without a comma', '{"version":1,"revocations":[{} {}]}'],
    ['another bracket at the end', '{"version":1,"revocations":[{}}}'],
    ['text behind it', '{"version":1,"revocations":[]}x'],
    ['a name that is no text', '{1:1,"version":1,"revocations":[]}'],
    ['a comma at the end', '{"version":1,"revocations":[],}'],
    ['a byte order mark', '\ufeff{"version":1,"revocations":[]}'],
  ])('refuses %s as a whole', (_name, text) => {
    expect(read(text).ok).toBe(false)
  })
})

describe('readRevocations', () => {
  it('reads back every member', () => {
    const full = revocation('subject', 'sub', { issuer: 'i', expiresAtSeconds: NOW + 1, why: 'w', by: 'b' })
    expect(readRevocations([toRawEntry(full)])).toEqual({ revocations: [full], refused: [] })
  })

  it('members that may be absent may be absent', () => {
    const { id, kind, value, issuedBefore, at } = GOOD
    expect(readRevocations([{ id, kind, value, issuedBefore, at }]).revocations).toHaveLength(1)
  })

  it.each<[string, RawEntry]>([
    ['no object', 'rv-1'],
    ['null', null],
    ['a list', []],
    ['an unknown member', { ...GOOD, isuer: 'x' }],
    ['no id', { ...GOOD, id: undefined }],
    ['an empty id', { ...GOOD, id: '' }],
    ['an unknown kind', { ...GOOD, kind: 'tokens' }],
    ['a kind that is a name of an object', { ...GOOD, kind: 'constructor' }],
    ['a value that is no text', { ...GOOD, value: 1 }],
    ['a value that does not fit the kind', { ...GOOD, kind: 'key' }],
    ['an issuer that is no text', { ...GOOD, issuer: 1 }],
    ['an issuer where none can be', { ...GOOD, kind: 'trust-domain', value: 'td', issuer: 'x' }],
    ['no issuedBefore', { ...GOOD, issuedBefore: null }],
    ['issuedBefore as a number', { ...GOOD, issuedBefore: 1_795_428_000 }],
    ['an end that is no time', { ...GOOD, expires: 'tomorrow' }],
    ['an end that is a number', { ...GOOD, expires: 0 }],
    ['no time of writing', { ...GOOD, at: undefined }],
    ['a reason that is no text', { ...GOOD, why: 1 }],
    ['a name that is no text', { ...GOOD, by: {} }],
  ])('refuses an entry with %s, names it, and keeps the others', (_name, entry) => {
    const { revocations, refused } = readRevocations([GOOD, entry, { ...GOOD, id: 'rv-3' }])
    expect(revocations.map(({ id }) => id)).toEqual(['rv-1', 'rv-3'])
    expect(refused).toHaveLength(1)
    expect(refused[0]?.place).toMatch(/^revocations\[1\]/)
    expect(refused[0]?.message).not.toBe('')
  })

  it('names an entry by its id where it has one', () => {
    expect(readRevocations([{ ...GOOD, kind: 'x' }]).refused[0]?.place).toBe('revocations[0] (rv-1)')
  })

  it('brings values into their normal form', () => {
    const hash = 'AB'.repeat(32)
    expect(readRevocations([{ ...GOOD, kind: 'token', value: hash }]).revocations[0]?.value).toBe(hash.toLowerCase())
  })
})

describe('hasEnded', () => {
  it('is true only of an entry whose end has come', () => {
    const end = Date.parse('2026-11-23T10:00:00Z') / 1000
    const entry = { ...GOOD, expires: '2026-11-23T10:00:00Z' }
    expect([hasEnded(entry, end - 1), hasEnded(entry, end)]).toEqual([false, true])
    for (const other of [GOOD, null, { expires: 'x' }, 1]) expect(hasEnded(other, end)).toBe(false)
  })
})
