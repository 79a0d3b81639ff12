/**
 * Reads the configuration file: all faults at once, each with its place and its mend; or the configuration, with the paths
 * in it absolute. Opens no other file: those are read by secrets.ts and by the adapters.
 */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { absolutePaths } from './absolute-paths.ts'
import { type ParsedText, parseText } from './document.ts'
import { type Fault, type Finding, pathText } from './fault.ts'
import { findingsOf } from './issues.ts'
import { readBounded } from './read-file.ts'
import type { Sections } from './rules/sections.ts'
import { checkRules } from './rules.ts'
import { type Config, configSchema } from './schema.ts'

export interface LoadedConfig {
  readonly ok: true
  readonly config: Config
  /** First 16 hex digits of the SHA-256 of the file. */
  readonly hash: string
  /** Places what is found later, in files that the configuration names. */
  readonly place: (finding: Finding) => Fault
}

export type Loaded = LoadedConfig | { readonly ok: false; readonly faults: readonly Fault[] }

const MAX_BYTES = 1_048_576
const MAX_FAULTS = 100

/** Never throws. `shownAs` is the name of the file in faults; relative paths in it count from its own folder. */
export async function loadConfig(path: string, shownAs: string = path): Promise<Loaded> {
  const failed = (message: string): Loaded => ({
    ok: false,
    faults: [{ file: shownAs, line: 1, column: 1, path: '', message }],
  })
  const file = await readBounded(path, MAX_BYTES)
  if (!file.ok) return failed(`cannot be read: ${file.error}; name the file with --config or HOLDFAST_CONFIG`)
  const text = decodeUtf8(file.bytes)
  if (text === undefined) return failed('is not UTF-8; save it in that encoding')
  return judge(text, dirname(path), shownAs, hashOf(file.bytes))
}

function judge(text: string, folder: string, file: string, hash: string): Loaded {
  const parsed = parseText(text)
  if (parsed.syntaxFaults.length > 0) {
    return { ok: false, faults: bounded(parsed.syntaxFaults.map((fault) => ({ file, path: '', ...fault }))) }
  }
  const place = placer(parsed, file)
  const read = readValue(parsed)
  if (!read.ok) return { ok: false, faults: bounded(inOrder(read.findings.map(place))) }
  return { ok: true, config: absolutePaths(read.config, folder), hash, place }
}

type Read =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly findings: readonly Finding[] }

function readValue({ value, findings }: ParsedText): Read {
  if (value === undefined) return { ok: false, findings }
  if (value === null) return { ok: false, findings: [{ path: [], message: EMPTY }] }
  const result = configSchema.safeParse(value, { reportInput: true })
  const issues = result.success ? [] : findingsOf(configSchema, result.error.issues)
  const all = [...findings, ...issues, ...checkRules(result.success ? result.data : sectionsOf(value))]
  return result.success && all.length === 0 ? { ok: true, config: result.data } : { ok: false, findings: all }
}

const EMPTY = 'the file is empty; start with the keys issuers and routes (holdfast schema lists all)'

/** What parses by itself of a file with faults, so that the rules between sections report theirs in the same run. */
function sectionsOf(value: unknown): Sections {
  const { issuers, routes, ...single } = configSchema.shape
  const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {}
  const sections = Object.entries(single).map(([key, schema]) => [key, schema.safeParse(given[key]).data])
  const items = (key: string, schema: { safeParse(item: unknown): { data?: unknown } }) =>
    Array.isArray(given[key]) ? given[key].map((item: unknown) => schema.safeParse(item).data) : [undefined]
  return {
    ...Object.fromEntries(sections),
    issuers: items('issuers', issuers.element),
    routes: items('routes', routes.element),
  }
}

function placer(parsed: ParsedText, file: string): (finding: Finding) => Fault {
  return ({ path, message, atKey }) => ({ file, ...parsed.locate(path, atKey), path: pathText(path), message })
}

/** By place; what several checks say of one place in the same words is said once. */
function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column)
  return sorted.filter(
    (fault, i) => sorted.findIndex((other) => other.path === fault.path && other.message === fault.message) === i,
  )
}

/** A file of another kind altogether has a fault in every line; nobody reads them all. */
function bounded(faults: readonly Fault[]): readonly Fault[] {
  const last = faults[MAX_FAULTS - 1]
  if (last === undefined || faults.length === MAX_FAULTS) return faults
  const message = `${faults.length - MAX_FAULTS + 1} more faults from here on; mend those above first`
  return [...faults.slice(0, MAX_FAULTS - 1), { ...last, path: '', message }]
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
