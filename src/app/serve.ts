/** `holdfast serve` as a whole: reads the configuration, then serves alone, as a worker, or as the supervisor of several. */
import cluster from 'node:cluster'
import { createLogger } from '../observability/logger.ts'
import { readConfiguration } from './reload.ts'
import { runApp } from './run-app.ts'
import { awaitSignals } from './signals.ts'
import { configFault, EXIT_DONE } from './start-fault.ts'
import { supervise } from './workers/supervisor.ts'
import { serveAsWorker } from './workers/worker.ts'

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

/** Resolves to the exit code when a signal has ended it, or at once when it could not start. */
export async function serve(options: ServeOptions): Promise<number> {
  if (cluster.isWorker) return serveAsWorker(options)
  const { configPath, env, err } = options
  const read = await readConfiguration(configPath, env)
  if (!read.ok) {
    const { exitCode, text } = configFault(read.faults)
    err(text)
    return exitCode
  }
  const { loaded, secrets } = read
  const log = createLogger(loaded.config.log.level)
  const ending = awaitSignals(options.onSignal, log)
  const { version } = options
  const fault =
    loaded.config.server.workers > 1
      ? await supervise({ configPath, loaded, secrets, log, ending, version })
      : await runApp({
          ...options,
          loaded,
          secrets,
          log,
          decisionLogger: createLogger('info'),
          ending,
          listening: ({ address, adminAddress }) =>
            log.info('listening', { address, admin: adminAddress, version, config: loaded.hash }),
        })
  if (fault === undefined) return EXIT_DONE
  err(fault.text)
  return fault.exitCode
}
