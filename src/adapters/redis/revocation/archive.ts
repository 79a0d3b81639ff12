/**
 * The entries as text, packed: the index keeps hashes only, and a list that the server lost must be written back whole. A
 * million entries take about as much room here as in the index.
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'
import { idOf } from '../../../revocations/raw-entry.ts'

export interface Archive {
  /** @param text JSON */
  keep(id: string, text: string): void
  drop(id: string): void
  /** Every entry that is kept; one that was kept twice may come twice. */
  texts(): IterableIterator<readonly [id: string, text: string]>
  /** Gives back the room of a few entries that were dropped. To be called now and then. */
  tidy(): void
}

/** Half a megabyte: it packs beside the event loop at little cost a line, and unpacks on it in a few milliseconds. */
const LINES_PER_PAGE = 2048
const PAGES_TIDIED = 1
/** Fastest, and the result in one piece: each piece costs the event loop. */
const PACKING = { level: 1, chunkSize: 262_144 }
/** So many dropped entries are not worth the work. */
const TOLERATED = 1_000

interface Page {
  bytes: Buffer
  /** Plain text until it is packed. */
  packed: boolean
}

const pack = promisify(deflateRaw)

/** @param linesPerPage entries that are packed together */
export function makeArchive(linesPerPage = LINES_PER_PAGE): Archive {
  let pages: Page[] = []
  let waiting: Page[] = []
  let open: string[] = []
  let dropped = new Set<string>()
  /** Those of `dropped` that no page before `tidied` holds any more, and what was dropped meanwhile. */
  let tidied = 0
  let droppedSince = new Set<string>()

  function close(): void {
    const page = { bytes: Buffer.from(open.join('\n')), packed: false }
    pages.push(page)
    open = []
    waiting.push(page)
    if (waiting.length === 1) void packAll()
  }

  /** Off the event loop and one at a time, since each takes much memory; one that cannot be packed stays as it is. */
  async function packAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      for (const page of batch) {
        const bytes = await pack(page.bytes, PACKING).catch(() => undefined)
        if (bytes !== undefined) Object.assign(page, { bytes: alone(bytes), packed: true })
      }
      waiting = waiting.slice(batch.length)
    }
  }

  function append(text: string): void {
    open.push(text)
    if (open.length === linesPerPage) close()
  }

  function* living(lines: readonly string[]): IterableIterator<readonly [string, string]> {
    for (const text of lines) {
      const id = idOf(JSON.parse(text))
      if (id !== undefined && !dropped.has(id)) yield [id, text]
    }
  }

  function endRound(): void {
    dropped = droppedSince
    droppedSince = new Set()
    pages = pages.filter(({ bytes }) => bytes.length > 0)
    tidied = 0
  }

  return {
    keep(id, text) {
      // Given again under the same id: the old text may come back beside the new one, as the new one.
      dropped.delete(id)
      droppedSince.delete(id)
      append(text.includes('\n') ? JSON.stringify(JSON.parse(text)) : text)
    },
    drop(id) {
      dropped.add(id)
      if (tidied > 0) droppedSince.add(id)
    },
    *texts() {
      for (const page of pages) yield* living(linesOf(page))
      yield* living([...open])
    },
    tidy() {
      if (tidied === 0 && dropped.size <= TOLERATED) return
      for (let i = 0; i < PAGES_TIDIED; i++) {
        const page = pages[tidied]
        if (page === undefined) return endRound()
        const lines = linesOf(page)
        const kept = [...living(lines)].map(([, text]) => text)
        if (kept.length < lines.length) {
          pages[tidied] = { bytes: Buffer.alloc(0), packed: true }
          for (const text of kept) append(text)
        }
        tidied++
      }
    },
  }
}

/** A copy in memory of its own: both what zlib gives and Buffer.from are views of far larger buffers. */
function alone(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

function linesOf({ bytes, packed }: Page): readonly string[] {
  if (bytes.length === 0) return []
  return (packed ? inflateRawSync(bytes) : bytes).toString().split('\n')
}
