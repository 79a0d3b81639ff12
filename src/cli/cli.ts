/** The command line: finds the command, gives help, turns wrong use into a message and an exit code. */
import { nearest } from '../config/nearest.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Loaded when named, so that each command starts with its own libraries only. In the order of the overview. */
const COMMANDS: ReadonlyMap<string, () => Promise<{ readonly command: Command }>> = new Map([
  ['serve', () => import('./serve.ts')],
  ['check-config', () => import('./check-config.ts')],
  ['ready', () => import('./ready.ts')],
  ['doctor', () => import('./doctor.ts')],
  ['schema', () => import('./schema.ts')],
  ['proof', () => import('./proof.ts')],
  ['drill', () => import('./drill.ts')],
  ['revoke', () => import('./revoke.ts')],
  ['revocations', () => import('./revocations.ts')],
  ['unrevoke', () => import('./unrevoke.ts')],
  ['sessions', () => import('./sessions.ts')],
  ['investigate', () => import('./investigate.ts')],
  ['forget', () => import('./forget.ts')],
  ['audit', () => import('./audit.ts')],
  ['inject', () => import('./inject.ts')],
  ['version', () => import('./version.ts')],
])

const HELP_OPTIONS: ReadonlySet<string> = new Set(['--help', '-h'])

/** Resolves to the exit code; `args` are those after the program's name. Never rejects. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (error) {
    io.err(`holdfast: a fault of its own: ${error instanceof Error ? error.message : String(error)}\n`)
    return EXIT.internal
  }
}

async function dispatch([first, ...rest]: readonly string[], io: Io): Promise<number> {
  if (first === undefined || HELP_OPTIONS.has(first)) return printOverview(io)
  if (first === 'help') return rest[0] === undefined ? printOverview(io) : dispatch([rest[0], '--help'], io)
  const load = COMMANDS.get(first === '--version' ? 'version' : first)
  if (load === undefined) return refuseCommand(first, io)
  const { command } = await load()
  if (!asksForHelp(rest)) return command.run(rest, io)
  io.out(command.help)
  return EXIT.done
}

/** Behind `--` everything is text. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).some((arg) => HELP_OPTIONS.has(arg))
}

function refuseCommand(name: string, io: Io): number {
  const near = nearest(name, COMMANDS.keys())
  const what = name.startsWith('-') ? 'option' : 'command'
  const mend = near === undefined ? 'holdfast --help lists all commands' : `did you mean ${near}?`
  io.err(`holdfast: unknown ${what} ${JSON.stringify(name)}; ${mend}\n`)
  return EXIT.wrongUse
}

async function printOverview(io: Io): Promise<number> {
  const commands = await Promise.all([...COMMANDS.values()].map(async (load) => (await load()).command))
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`)
  io.out(`holdfast makes a stolen session useless: an external authorization server for Envoy.

Usage: holdfast COMMAND [OPTIONS]

${lines.join('\n')}

  holdfast COMMAND --help   what a command does, its options, examples and exit codes

Exit codes: 0 done, 1 the thing asked about is not so, 2 wrong use or configuration, 3 a dependency cannot be
reached.
`)
  return EXIT.done
}
