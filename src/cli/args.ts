/**
 * Reads the arguments of one command by node:util parseArgs. Wrong use is a value with a message that names what is wrong;
 * each option stands at most once, so that no later one silently wins.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nearest } from '../config/nearest.ts'
import type { Io } from './command.ts'

/** Options by long name, and what each takes. `help` is taken before the command runs (cli.ts). */
export type OptionTypes = Readonly<Record<string, 'string' | 'boolean'>>

type Values<T extends OptionTypes> = {
  readonly [K in keyof T]?: T[K] extends 'boolean' ? boolean : string
}

export interface Parsed<T extends OptionTypes> {
  readonly values: Values<T>
  readonly positionals: readonly string[]
}

export type ParsedArgs<T extends OptionTypes> =
  | ({ readonly ok: true } & Parsed<T>)
  | { readonly ok: false; readonly message: string }

/** Every command takes these, also those that need no configuration: scripts pass one set of options to all. */
const EVERYWHERE = { config: 'string' } as const

/** `positionals` names what may stand without a dash, in order; none by default. A lone `-` is a positional or a value. */
export function readArgs<const T extends OptionTypes>(
  args: readonly string[],
  own: T,
  positionals: readonly string[] = [],
): ParsedArgs<T> {
  const options: OptionTypes = { ...EVERYWHERE, ...own }
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, string | boolean> = {}
  const rest: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') rest.push(token.value)
    if (token.kind !== 'option') continue
    const fault = optionFault(token, options, values)
    if (fault !== undefined) return { ok: false, message: fault }
    values[token.name] = token.value ?? true
  }
  const extra = rest[positionals.length]
  if (extra !== undefined) return { ok: false, message: `unexpected argument "${extra}"` }
  return { ok: true, values: values as Values<T>, positionals: rest }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function optionFault(
  { name, rawName, value, inlineValue }: OptionToken,
  options: OptionTypes,
  seen: Readonly<Record<string, unknown>>,
): string | undefined {
  const type = Object.hasOwn(options, name) ? options[name] : undefined
  if (type === undefined) {
    const near = nearest(name, Object.keys(options))
    return `unknown option ${rawName}${near === undefined ? '' : `; did you mean --${near}?`}`
  }
  if (Object.hasOwn(seen, name)) return `option ${rawName} stands twice`
  if (type === 'boolean') return value === undefined ? undefined : `option ${rawName} takes no value`
  if (value === undefined) return `option ${rawName} needs a value`
  // `--config --json` is a forgotten value far more often than a file of that name; `--config=--json` says so.
  if (!inlineValue && value.startsWith('--'))
    return `option ${rawName} needs a value; write ${rawName}=${value} if that is the value`
  return undefined
}

/** The configuration file: `--config`, else HOLDFAST_CONFIG, else ./holdfast.yaml; absolute. */
export function configPath(option: string | undefined, io: Pick<Io, 'env' | 'cwd'>): string {
  return resolve(io.cwd, option ?? (io.env['HOLDFAST_CONFIG'] || 'holdfast.yaml'))
}
