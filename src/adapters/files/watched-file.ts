/**
 * Tells when the content of a file changes. The folder is watched, not the file, since editors and Kubernetes (`..data`)
 * put another file in its place; and it is looked at on a timer, since not every file system sends events.
 */
import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
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

/**
 * `content` is undefined when the file cannot be read; `problem` then says why. While a promise is under way the file is not
 * looked at; then it is.
 */
export type OnChange = (content: Buffer | undefined, problem: string | undefined) => void | Promise<void>

/** Events come in bursts while a file is written. */
const SETTLE_MS = 25
/** A few milliseconds of work: what else there is to do comes in between. */
const HASHED_AT_ONCE = 2_097_152

/**
 * Calls `onChange` with the content at the start, and again whenever its SHA-256 has changed: within `pollMs` and what a
 * reading takes, mostly at once. A file that is not there counts as one that cannot be read, and may appear later. Keeps no
 * process alive. `onChange` must not throw or reject.
 */
export function watchFile(path: string, onChange: OnChange, options: WatchOptions = {}): WatchedFile {
  const { pollMs = 1000, maxBytes = 4_194_304 } = options
  /** Let go once its digest is known: it may be large. */
  let known = options.known
  let digest: string | undefined
  let signature: string | undefined
  let busy = false
  let again = false
  let closed = false
  let settle: NodeJS.Timeout | undefined

  async function take(read: FileContent): Promise<void> {
    signature = 'signature' in read ? read.signature : undefined
    if (read.kind === 'same') return
    if (known !== undefined) digest = await digestOf(known)
    known = undefined
    const next = await digestOf(read)
    if (next === digest || closed) return
    digest = next
    if (read.kind === 'content') await onChange(read.content, undefined)
    else await onChange(undefined, read.kind === 'missing' ? 'does not exist' : read.problem)
  }

  async function look(): Promise<void> {
    again = busy
    if (busy) return
    busy = true
    const read = await readContent(path, maxBytes, signature)
    if (!closed) await take(read)
    busy = false
    if (again && !closed) await look()
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

async function digestOf(read: FileContent): Promise<string> {
  if (read.kind !== 'content') return read.kind === 'problem' ? read.problem : read.kind
  const digest = createHash('sha256')
  for (let at = 0; at < read.content.length; at += HASHED_AT_ONCE) {
    if (at > 0) await setImmediate()
    digest.update(read.content.subarray(at, at + HASHED_AT_ONCE))
  }
  return digest.digest('hex')
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
