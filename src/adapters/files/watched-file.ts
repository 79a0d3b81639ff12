/**
 * Tells when the content of a file changes. The folder is watched, not the file, since editors and Kubernetes (`..data`)
 * put another file in its place; and it is looked at on a timer, since not every file system sends events.
 */
import { hash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { type FileContent, readContent, type Signature } from './read-content.ts'

export interface WatchOptions {
  /** How often the file is looked at without an event. Default 1000. */
  readonly pollMs?: number
  /** A larger file counts as unreadable. Default 4 MiB. */
  readonly maxBytes?: number
  /** What the caller has read already, so that no change between its reading and the watch is missed. */
  readonly known?: Buffer | undefined
  /** The file is there and cannot be read; said once for each cause in a row. */
  onError?(message: string): void
}

export interface WatchedFile {
  /** No call comes after this. */
  close(): void
}

/** Events come in bursts while a file is written. */
const SETTLE_MS = 25

/**
 * Calls `onChange` with the whole content whenever its SHA-256 has changed, with undefined when the file has gone. There is
 * no call for the content that stands at the start: that of `known`, or, without that option, what the first look finds.
 * Keeps no process alive. `onChange` must not throw.
 */
export function watchFile(
  path: string,
  onChange: (content: Buffer | undefined) => void,
  options: WatchOptions = {},
): WatchedFile {
  const { pollMs = 1000, maxBytes = 4_194_304, onError = () => {} } = options
  let digest: string | undefined = 'known' in options ? digestOf(options.known) : undefined
  let first = !('known' in options)
  let signature: Signature | undefined
  let lastError: string | undefined
  let busy = false
  let again = false
  let closed = false
  let settle: NodeJS.Timeout | undefined

  function take(read: FileContent): void {
    if (read.kind === 'error') {
      if (read.message !== lastError) onError(read.message)
      lastError = read.message
      signature = undefined
      return
    }
    lastError = undefined
    signature = read.signature
    if (read.kind === 'same') return
    const next = digestOf(read.content)
    const changed = !first && next !== digest
    digest = next
    first = false
    if (changed) onChange(read.content)
  }

  async function look(): Promise<void> {
    again = busy
    if (busy || closed) return
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

/** The content that `undefined` stands for, a file that is not there, has a digest of its own. */
function digestOf(content: Buffer | undefined): string {
  return content === undefined ? 'none' : hash('sha256', content)
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
