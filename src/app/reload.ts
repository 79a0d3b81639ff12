/**
 * Takes up changes of the configuration file and of the files it names, without a signal. What is faulty is told and not taken
 * up; the last good configuration stands.
 */
import { isDeepStrictEqual } from 'node:util'
import { type WatchedFile, watchFile } from '../adapters/files/watched-file.ts'
import { type Fault, formatFault } from '../config/fault.ts'
import { findFileFaults } from '../config/files.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { type Env, resolveSecrets, type Secrets } from '../config/secrets.ts'
import type { Logger } from '../observability/logger.ts'
import type { App } from './app.ts'

export type Ready =
  | { readonly ok: true; readonly loaded: LoadedConfig; readonly secrets: Secrets }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** The file and all it points to that must be there at the start. */
export async function readConfiguration(path: string, env: Env): Promise<Ready> {
  const loaded = await loadConfig(path)
  if (!loaded.ok) return loaded
  const [secrets, faults] = await Promise.all([resolveSecrets(loaded, env), findFileFaults(loaded)])
  const all = [...faults, ...(secrets.ok ? [] : secrets.faults)]
  return secrets.ok && all.length === 0 ? { ok: true, loaded, secrets: secrets.secrets } : { ok: false, faults: all }
}

export interface ReloadOptions {
  readonly path: string
  readonly env: Env
  readonly app: App
  readonly log: Logger
  readonly current: LoadedConfig
}

/** A change that could not be taken up is tried again: what it points to may come later. */
const RETRY_MS = 5_000
/** Several files are often changed at once. */
const SETTLE_MS = 100

/** Watches until the returned function is called. */
export function startReloading({ path, env, app, log, current }: ReloadOptions): () => void {
  let running = current
  let watches: readonly WatchedFile[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function schedule(delayMs: number): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(() => void reload(), delayMs).unref()
  }

  function watchAll(config: Config): void {
    for (const watch of watches) watch.close()
    // Each watch calls once for what stands at its start; that is what was just read.
    watches = filesOf(path, config).map((file) => {
      let first = true
      return watchFile(file, () => {
        if (!first) schedule(SETTLE_MS)
        first = false
      })
    })
  }

  async function reload(): Promise<void> {
    const problem = await tryReload().catch((error: unknown) => {
      log.error('the changed configuration failed', { error })
      return 'the changed configuration failed, see the log'
    })
    if (problem === undefined) return
    app.rejected(problem)
    schedule(RETRY_MS)
  }

  async function tryReload(): Promise<string | undefined> {
    const read = await readConfiguration(path, env)
    if (!read.ok) {
      const faults = read.faults.map(formatFault)
      log.error('the changed configuration is not taken up', { faults })
      return faults[0] ?? 'the changed configuration is faulty'
    }
    const problem = await app.apply(read.loaded, read.secrets)
    if (problem !== undefined) {
      log.error('the changed configuration is not taken up', { problem })
      return problem
    }
    for (const section of needingRestart(read.loaded.config, running.config)) {
      log.warn('a change of this section takes hold at the next start', { section })
    }
    log.info('configuration taken up', { hash: read.loaded.hash })
    running = read.loaded
    watchAll(running.config)
    return undefined
  }

  watchAll(current.config)
  return () => {
    closed = true
    clearTimeout(timer)
    for (const watch of watches) watch.close()
  }
}

function filesOf(path: string, config: Config): readonly string[] {
  const { tls, clientSecret } = config.server
  const secrets = [config.nonce.secret, clientSecret].filter((reference) => reference?.startsWith('file:') === true)
  const files = [
    path,
    ...secrets.map((reference) => reference?.slice('file:'.length)),
    tls?.certificate,
    tls?.key,
    tls?.clientCa,
  ]
  return files.filter((file): file is string => typeof file === 'string')
}

/** Sections that are read once: listeners and what they hold, the store, what is kept of decisions, and where spans go. */
function needingRestart(config: Config, before: Config): readonly string[] {
  const once = ({ server, admin, console, store, log, audit, ledger, tracing }: Config): Record<string, unknown> => ({
    server: { ...server, clientSecret: null },
    admin,
    console,
    store,
    audit,
    ledger,
    tracing,
    'log.level': log.level,
  })
  const [now, then] = [once(config), once(before)]
  return Object.keys(now).filter((section) => !isDeepStrictEqual(now[section], then[section]))
}
