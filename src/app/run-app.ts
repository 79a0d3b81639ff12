/** The life of a serving process: listen, take up changes, drain when asked. The same alone and as one worker of several. */
import { type App, type AppOptions, startApp } from './app.ts'
import { startReloading } from './reload.ts'
import type { Ending } from './signals.ts'
import { type StartFault, startFault } from './start-fault.ts'

export interface RunOptions extends AppOptions {
  readonly configPath: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly ending: Ending
  /** Called once both listeners are open. */
  listening(app: App): void
}

/** Resolves when it has drained or must end at once; with a fault when it could not start. */
export async function runApp(options: RunOptions): Promise<StartFault | undefined> {
  const { log, loaded, configPath, env, ending } = options
  let app: App
  try {
    app = await startApp(options)
  } catch (error) {
    return startFault(error)
  }
  const stopReloading = startReloading({ path: configPath, env, app, log, current: loaded })
  options.listening(app)
  app.warm
    .then(() => log.info('keys of all issuers were tried'))
    .catch((error: unknown) => log.error('keys', { error }))

  await ending.first
  stopReloading()
  const drained = app.drain().then(() => log.info('stopped'))
  await Promise.race([drained, ending.second])
  return undefined
}
