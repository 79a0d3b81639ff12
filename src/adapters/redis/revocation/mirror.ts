/**
 * The copy of the shared list in this process: the index that checks look into, and what is needed to see that it is whole
 * and to write it back should the server lose it.
 */
import { parseStrictJsonText } from '../../../check/codec/strict-json.ts'
import type { Result } from '../../../check/result.ts'
import { endOf } from '../../../check/revocation/entry.ts'
import type { Revocation } from '../../../check/revocation/revocation.ts'
import { makeRevocationIndex, type RevocationIndex } from '../../../check/revocation/revocation-index.ts'
import { type RefusedEntry, readEntry } from '../../../revocations/raw-entry.ts'
import { type Archive, makeArchive } from './archive.ts'

/** Value, issuer and notes at their longest, all of it escaped. */
const MAX_TEXT_LENGTH = 65_536

export interface Mirror {
  readonly index: RevocationIndex
  readonly archive: Archive
  /** Entries that are in the list and have no effect, being malformed. */
  readonly refused: ReadonlySet<string>
  /** Applies one entry; the error names it and says why it has no effect. */
  put(id: string, text: string, nowSeconds: number): Result<Revocation, RefusedEntry>
  drop(id: string): void
  /** Whether there is an entry with this id, malformed or ended when it came included. */
  has(id: string): boolean
}

/** @param expected entries that it will hold, about */
export function makeMirror(expected = 0): Mirror {
  const index = makeRevocationIndex(expected)
  const archive = makeArchive()
  const refused = new Set<string>()
  const ended = new Set<string>()
  return {
    index,
    archive,
    refused,
    put(id, text, nowSeconds) {
      const read = readText(id, text)
      if (!read.ok) {
        refused.add(id)
        return { ok: false, error: { place: `revocations ${id}`, message: read.error } }
      }
      refused.delete(id)
      index.add(read.value, nowSeconds)
      if (endOf(read.value) <= nowSeconds) ended.add(id)
      archive.keep(id, text)
      return read
    },
    drop(id) {
      refused.delete(id)
      ended.delete(id)
      index.remove(id)
      archive.drop(id)
    },
    has: (id) => index.has(id) || refused.has(id) || ended.has(id),
  }
}

/** An entry as it stands in the list under `id`; the error says what is wrong with it. */
export function readText(id: string, text: string): Result<Revocation, string> {
  if (text.length > MAX_TEXT_LENGTH) return { ok: false, error: 'is longer than an entry can be' }
  // What was no UTF-8 in the list is this character by now.
  if (text.includes('\ufffd')) return { ok: false, error: 'is not UTF-8' }
  const document = parseStrictJsonText(text)
  if (document === undefined) return { ok: false, error: 'is not one JSON object without repeated names' }
  const read = readEntry(document)
  if (read.ok && read.value.id !== id) return { ok: false, error: '"id" is not the one that it stands under' }
  return read
}
