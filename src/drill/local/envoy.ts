/** A real Envoy as a child process. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { answers, type Child, startChild, untilReady } from './child.ts'

const TOOLS = '.tools/envoy-1.40.0/bin/envoy'
const READY_MS = 20_000

export interface Envoy {
  readonly child: Child
  /** `http://127.0.0.1:PORT` */
  readonly adminUrl: string
}

/** HOLDFAST_ENVOY, what `make demo` installed in the checkout, or PATH; undefined when there is none. */
export function findEnvoy(env: Readonly<Record<string, string | undefined>>, cwd: string): string | undefined {
  const named = env['HOLDFAST_ENVOY']
  if (named !== undefined && named !== '') return named
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [join(cwd, TOOLS), ...folders.map((folder) => join(folder, 'envoy'))].find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts it on the file and waits until it serves. Its log and its admin address are kept in `dir`. */
export async function startEnvoy(program: string, configFile: string, dir: string): Promise<Envoy> {
  const addressFile = join(dir, 'envoy-admin-address')
  // The log is flushed soon: the drill reads it between two requests.
  const settings = [
    '--file-flush-interval-msec',
    '20',
    '--concurrency',
    '1',
    '--disable-hot-restart',
    '--log-level',
    'warn',
  ]
  const args = ['-c', configFile, '--admin-address-path', addressFile, ...settings]
  const child = await startChild('Envoy', program, args, join(dir, 'envoy.log'))
  const adminUrl = () => (existsSync(addressFile) ? `http://${readFileSync(addressFile, 'utf8').trim()}` : '')
  try {
    await untilReady(child, async () => adminUrl() !== '' && answers(`${adminUrl()}/ready`), READY_MS)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { child, adminUrl: adminUrl() }
}
