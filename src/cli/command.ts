/** What a command of the command line is. It gets the outside world as an argument, so that tests need no process. */

export interface Io {
  /** Writes to standard output, as it stands: the caller adds the newline. */
  out(text: string): void
  /** Writes to standard error. */
  err(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths of the command line count from. */
  readonly cwd: string
  /** All of standard input, as UTF-8. */
  stdin(): Promise<string>
  /** Calls `handler` on each SIGTERM and SIGINT from now on, in place of the death that they bring otherwise. */
  onSignal(handler: (signal: string) => void): void
}

export interface Command {
  readonly name: string
  /** One line of the overview, no full stop. */
  readonly summary: string
  /** What `--help` prints: usage, options with defaults, examples, exit codes. */
  readonly help: string
  /** `args` are those after the command's name. Resolves to the exit code (exit-codes.ts). */
  run(args: string[], io: Io): Promise<number>
}
