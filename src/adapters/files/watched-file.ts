/**
 * Tells when the content of a file changes. The folder is watched, not the file, since editors and Kubernetes (`..data`)
 * put another file in its place; and it is looked at on a timer, since not every file system sends events.
 */
import { hash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { type FileContent, readContent } from './read-content.ts'

export interface WatchOptions {
  /** How often the file is looked at without an event. Default 1000. */
  readonly pollMs?: number
  /** A larger file cannot be read. Default 4 MiB. */
  readonly maxBytes?: number
  /** What the caller has read already: the first call comes only when the file is no longer so. */
  readonly known?: FileContent
}

export interface WatchedFile {
  /** No call comes after this. */
  close(): void
}

/** `content` is undefined when the file cannot be read; `problem` then says why. */
export type OnChange = (content: Buffer | undefined, problem: string | undefined) => void

/** Events come in bursts while a file is written. */
const SETTLE_MS = 25

/**
 * Calls `onChange` with the content at the start, and again whenever its SHA-256 has changed: within `pollMs` and what a
 * reading takes, mostly at once. A file that is not there counts as one that cannot be read, and may appear later. Keeps no
 * process alive. `onChange` must not throw.
 */
export function watchFile(path: string, onChange: OnChange, options: WatchOptions = {}): WatchedFile {
  const { pollMs = 1000, maxBytes = 4_194_304, known } = options
  let digest = known === undefined ? undefined : digestOf(known)
  let signature: string | undefined
  let busy = false
  let again = false
  let closed = false
  let settle: NodeJS.Timeout | undefined

  function take(read: FileContent): void {
    signature = 'signature' in read ? read.signature : undefined
    if (read.kind === 'same') return
    const next = digestOf(read)
    if (next === digest) return
    digest = next
    if (read.kind === 'content') onChange(read.content, undefined)
    else onChange(undefined, read.kind === 'missing' ? 'does not exist' : read.problem)
  }

  async function look(): Promise<void> {
    again = busy
    if (busy) return
    busy = true
    const read = await readContent(path, maxBytes, signature)
    busy = false
    if (closed) return
    take(read)
    if (again) await look()
  }

  const folder = watchFolder(dirname(path), () => {
    settle ??= setTimeout(() => {
      settle = undefined
      void look()
    }, SETTLE_MS).unref()
  })
  const poll = setInterval(() => {
    folder.renew()
    void look()
  }, pollMs).unref()
  void look()

  return {
    close() {
      closed = true
      clearInterval(poll)
      clearTimeout(settle)
      folder.close()
    },
  }
}

function digestOf(read: FileContent): string {
  return read.kind === 'content' ? hash('sha256', read.content) : read.kind === 'problem' ? read.problem : read.kind
}

/** A folder that cannot be watched (not there yet, no watches left) is left to the timer, and tried again by `renew`. */
function watchFolder(folder: string, onEvent: () => void): { renew(): void; close(): void } {
  let watcher: FSWatcher | undefined
  function renew(): void {
    if (watcher !== undefined) return
    try {
      const started = watch(folder, { persistent: false }, onEvent)
      started.on('error', () => {
        started.close()
        if (watcher === started) watcher = undefined
      })
      watcher = started
    } catch {
      watcher = undefined
    }
  }
  renew()
  return { renew, close: () => watcher?.close() }
}
