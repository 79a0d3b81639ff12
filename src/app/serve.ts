/** `holdfast serve` as a whole: read, listen, take up changes, drain on a signal. */
import { AdminListenError } from '../admin/admin-server.ts'
import { formatFault } from '../config/fault.ts'
import { createLogger, type Logger } from '../observability/logger.ts'
import { describeError } from '../observability/redact.ts'
import { ListenError } from '../transport/listen-address.ts'
import { startApp } from './app.ts'
import { readConfiguration, startReloading } from './reload.ts'

export interface ServeOptions {
  /** Absolute. */
  readonly configPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly node: string
  /** Writes to standard error: for what goes wrong before there is a log. */
  err(text: string): void
  onSignal(handler: (signal: string) => void): void
}

const DONE = 0
const FAULTY = 2
const UNREACHABLE = 3

/** Resolves to the exit code when a signal has ended it, or at once when it could not start. */
export async function serve(options: ServeOptions): Promise<number> {
  const { configPath, env, err } = options
  const read = await readConfiguration(configPath, env)
  if (!read.ok) {
    for (const fault of read.faults) err(`${formatFault(fault)}\n`)
    return FAULTY
  }
  const { loaded, secrets } = read
  const log = createLogger(loaded.config.log.level)
  const decisionLogger = createLogger('info')
  // Before anything listens: a signal in between must drain too.
  const ending = awaitSignals(options.onSignal, log)
  const started = await startApp({ ...options, loaded, secrets, log, decisionLogger }).catch((error: unknown) => error)
  if (!isApp(started)) {
    err(`holdfast serve: ${startFault(started)}\n`)
    return started instanceof ListenError || started instanceof AdminListenError ? UNREACHABLE : FAULTY
  }
  const app = started
  const stopReloading = startReloading({ path: configPath, env, app, log, current: loaded })
  log.info('listening', {
    address: app.address,
    admin: app.adminAddress,
    version: options.version,
    config: loaded.hash,
  })
  app.warm
    .then(() => log.info('keys of all issuers were tried'))
    .catch((error: unknown) => log.error('keys', { error }))

  await ending.first
  stopReloading()
  const drained = app.drain().then(() => log.info('stopped'))
  await Promise.race([drained, ending.second])
  return DONE
}

/** The first signal asks for a drain, the second for an end at once. */
function awaitSignals(
  onSignal: ServeOptions['onSignal'],
  log: Logger,
): { readonly first: Promise<void>; readonly second: Promise<void> } {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let seen = 0
  onSignal((signal) => {
    seen++
    log.info(seen === 1 ? 'draining' : 'second signal: ending at once', { signal })
    if (seen === 1) first.resolve()
    else second.resolve()
  })
  return { first: first.promise, second: second.promise }
}

type Started = Awaited<ReturnType<typeof startApp>>

function isApp(value: unknown): value is Started {
  return typeof value === 'object' && value !== null && 'drain' in value
}

/** Place and mend, no stack trace. */
function startFault(error: unknown): string {
  if (error instanceof ListenError) return `server.listen: ${error.message}; free the address or choose another`
  if (error instanceof AdminListenError) return `admin.listen: ${error.message}; free the address or choose another`
  return `server.tls: ${describeError(error)['message']}; mend the certificate, the key or the CA file`
}
