/**
 * Holdfast as a process of its own, as it is deployed: its two output streams kept apart, its admin page, its signals. For
 * what only a whole process shows. Stopped by pid.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface RunningHoldfast {
  readonly pid: number
  readonly adminUrl: string
  readonly stdout: () => string
  readonly stderr: () => string
  /** The log lines so far that have this message. */
  logged(message: string): Record<string, unknown>[]
  /** Resolves to the exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>
  signal(name: NodeJS.Signals): void
  /** Text of an admin page; rejects when nobody answers. */
  page(path: string): Promise<{ status: number; body: string }>
  /** Sum of all series of a metric whose labels contain all of `labels`; 0 without one. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void>
}

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const PATIENCE_MS = 8_000
const READY_MS = 20_000

/** Runs a command of the program to its end. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const { exit, stdout, stderr } = spawnHoldfast(args, env)
  return { code: await exit, stdout: stdout(), stderr: stderr() }
}

/** `serve` on the file. Does not wait: see untilServing. */
export function serveProcess(
  configFile: string,
  adminPort: number,
  env: Readonly<Record<string, string>> = {},
): RunningHoldfast {
  const { child, exit, stdout, stderr } = spawnHoldfast(['serve', '--config', configFile], env)
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const page = async (path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`${adminUrl}${path}`, { signal: AbortSignal.timeout(5_000) })
    return { status: response.status, body: await response.text() }
  }
  return {
    pid: child.pid ?? 0,
    adminUrl,
    stdout,
    stderr,
    exit,
    page,
    logged: (message) => jsonLines(stdout()).filter((line) => line['msg'] === message),
    signal: (name) => void child.kill(name),
    async metric(name, labels = {}) {
      return sumOf((await page('/metrics')).body, name, labels)
    },
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
      await exit
      clearTimeout(timer)
    },
  }
}

/** `serve`, until `/readyz` answers 200. Throws with what it wrote when it ends before. */
export async function startServing(
  configFile: string,
  adminPort: number,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningHoldfast> {
  const holdfast = serveProcess(configFile, adminPort, env)
  let ended = false
  holdfast.exit.then(
    () => {
      ended = true
    },
    () => undefined,
  )
  try {
    await until('Holdfast is ready', async () => {
      if (ended) throw new Error(`it ended: ${holdfast.stderr()}${holdfast.stdout()}`)
      return (await holdfast.page('/readyz').catch(() => undefined))?.status === 200
    })
  } catch (error) {
    await holdfast.stop()
    throw error
  }
  return holdfast
}

/** Looks until `test` is true; the only wait of these tests, so that none depends on how fast the machine is. */
export async function until(
  what: string,
  test: () => boolean | Promise<boolean>,
  timeoutMs: number = READY_MS,
): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!(await test())) {
    if (Date.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await sleep(20)
  }
}

interface Spawned {
  readonly child: ChildProcess
  readonly exit: Promise<number | string>
  readonly stdout: () => string
  readonly stderr: () => string
}

function spawnHoldfast(args: readonly string[], env: Readonly<Record<string, string>>): Spawned {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const chunks: Record<'out' | 'err', Buffer[]> = { out: [], err: [] }
  child.stdout?.on('data', (chunk: Buffer) => chunks.out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.err.push(chunk))
  // 'close', not 'exit': then all that it wrote is here.
  const exit = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  return {
    child,
    exit,
    stdout: () => Buffer.concat(chunks.out).toString(),
    stderr: () => Buffer.concat(chunks.err).toString(),
  }
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

function sumOf(exposition: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return exposition
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
