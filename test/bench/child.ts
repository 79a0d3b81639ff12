/** A server process and what Linux says of it: CPU time in nanoseconds over all its threads, and resident memory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Child {
  readonly pid: number
  /** Sends a line to standard input and resolves to the next line of standard output. */
  ask(line: string): Promise<string>
  /** The next line of standard output; rejects when the process ends first. */
  line(): Promise<string>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
// Whatever ends the benchmark ends them: nothing is left to burn CPU under the next run.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts `args` under this Node. Standard error is shown; output is kept by line only when `talks`. */
export function startChild(args: readonly string[], talks: boolean): Child {
  const child = spawn(process.execPath, args, { stdio: ['pipe', talks ? 'pipe' : 'ignore', 'inherit'] })
  running.add(child)
  const { pid } = child
  if (pid === undefined) throw new Error('the process could not be started')
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout })
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = []
  const read: string[] = []
  lines?.on('line', (line) => {
    const next = waiting.shift()
    if (next === undefined) read.push(line)
    else next.resolve(line)
  })
  child.once('exit', (code) => {
    running.delete(child)
    for (const { reject } of waiting) reject(new Error(`a server process ended with code ${code}`))
  })

  function line(): Promise<string> {
    const ready = read.shift()
    if (ready !== undefined) return Promise.resolve(ready)
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }

  return {
    pid,
    line,
    ask(question) {
      child.stdin?.write(`${question}\n`)
      return line()
    },
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** CPU time of all threads so far: the scheduler counts in nanoseconds where clock ticks would be 10 ms. */
export function cpuNs(pid: number): number {
  let sum = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  }
  return sum
}

/** Resident memory in MB (10^6 bytes): now, and the most there ever was. */
export function residentMb(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
  return { now: (kib('VmRSS') * 1024) / 1e6, peak: (kib('VmHWM') * 1024) / 1e6 }
}
