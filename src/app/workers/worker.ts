/** One worker: a serving process like any other, but its operators' pages are the supervisor's, who may also ask it to drain. */
import cluster from 'node:cluster'
import { createLogger } from '../../observability/logger.ts'
import { readConfiguration } from '../reload.ts'
import { runApp } from '../run-app.ts'
import { awaitSignals } from '../signals.ts'
import { configFault, EXIT_DONE, type StartFault } from '../start-fault.ts'
import { agreementOf, DISAGREEMENT, WORKERS_AGREE_ON } from './agreement.ts'
import { type FromWorker, type ToWorker, WORKER_NUMBER } from './messages.ts'
import { reportTo } from './report.ts'

interface WorkerOptions {
  readonly configPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly node: string
  onSignal(handler: (signal: string) => void): void
}

/** Resolves to the exit code. Node itself ends a worker whose supervisor is gone: there are no orphans. */
export async function serveAsWorker(options: WorkerOptions): Promise<number> {
  const { configPath, env } = options
  const read = await readConfiguration(configPath, env)
  if (!read.ok) return failed(configFault(read.faults))
  const { loaded, secrets } = read
  if (env[WORKERS_AGREE_ON] !== agreementOf(loaded.config)) return failed(DISAGREEMENT)
  const named = { worker: Number(env[WORKER_NUMBER]) }
  const log = createLogger(loaded.config.log.level, undefined, named)
  const signals = awaitSignals(options.onSignal, log)
  const asked = Promise.withResolvers<void>()
  onMessage((message) => {
    if (message.kind === 'drain') asked.resolve()
  })
  const fault = await runApp({
    ...options,
    loaded,
    secrets,
    log,
    decisionLogger: createLogger('info', undefined, named),
    // Asked by the supervisor and by a signal to the whole group is asked once: only a second signal ends it at once.
    ending: { first: Promise.race([signals.first, asked.promise]), second: signals.second },
    startAdmin: (pages) => reportTo({ send, onMessage }, pages),
    listening: ({ address }) => {
      log.info('worker listening', { address, config: loaded.hash })
      void send({ kind: 'listening', address })
    },
  })
  return fault === undefined ? EXIT_DONE : failed(fault)
}

async function failed({ exitCode, text }: StartFault): Promise<number> {
  await send({ kind: 'failed', exitCode, text })
  return exitCode
}

/** Resolves when it is written, or cannot be. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (cluster.worker === undefined) resolve()
    else cluster.worker.send(message, () => resolve())
  })
}

function onMessage(handler: (message: ToWorker) => void): void {
  cluster.worker?.on('message', handler)
}
