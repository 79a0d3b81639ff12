/** The outside world of a command, without a process. */
import type { Io } from '../../../src/cli/command.ts'

export interface FakeIo extends Io {
  readonly written: { out: string; err: string }
  /** What the process would get from the system. */
  signal(name: string): void
}

export function fakeIo(given: { env?: Io['env']; cwd?: string; stdin?: string } = {}): FakeIo {
  const written = { out: '', err: '' }
  const handlers: ((signal: string) => void)[] = []
  return {
    written,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    env: given.env ?? {},
    cwd: given.cwd ?? '/',
    stdin: async () => given.stdin ?? '',
    onSignal: (handler) => {
      handlers.push(handler)
    },
    signal: (name) => {
      for (const handler of handlers) handler(name)
    },
  }
}
