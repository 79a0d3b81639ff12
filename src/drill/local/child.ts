/** Programs that the drill starts: their output kept for when something is wrong, stopped by pid and for certain. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Child {
  readonly name: string
  readonly pid: number
  /** All that it wrote. */
  output(): string
  exited(): boolean
  /** SIGTERM, and SIGKILL when that does not end it; resolves when it is gone. */
  stop(): Promise<void>
}

/** A program that did not start, or ended too soon. The message has what it wrote last. */
export class StartFailure extends Error {}

const PATIENCE_MS = 5_000
const PROBE_INTERVAL_MS = 20

/** What it writes goes to `logFile`: a file, since Envoy opens /dev/stdout anew, which a socket does not let it. */
export async function startChild(
  name: string,
  program: string,
  args: readonly string[],
  logFile: string,
): Promise<Child> {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(program, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(new StartFailure(`${name} cannot be started: ${error.message}`)))
  })
  return {
    name,
    pid: child.pid ?? 0,
    output: () => readFileSync(logFile, 'utf8'),
    exited: () => hasExited(child),
    stop: () => stop(child),
  }
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  await gone
  clearTimeout(timer)
}

/** Waits until `probe` is true. Throws a StartFailure when the program ends before, or time is up. */
export async function untilReady(child: Child, probe: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!(await probe())) {
    if (child.exited()) throw new StartFailure(`${child.name} ended while it started:\n${tail(child)}`)
    if (Date.now() > endMs)
      throw new StartFailure(`${child.name} was not ready within ${timeoutMs} ms:\n${tail(child)}`)
    await sleep(PROBE_INTERVAL_MS)
  }
}

function tail(child: Child): string {
  return child.output().trimEnd().split('\n').slice(-15).join('\n')
}

/** True when the URL answers 200. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.text()
    return response.status === 200
  } catch {
    return false
  }
}
