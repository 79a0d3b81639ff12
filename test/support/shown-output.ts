/**
 * Output of commands in documents, in blocks below `<!-- output: NAME -->`: held against a run, or written by it. Behind
 * `; only TITLE; TITLE` stands the head and these sections. What differs from run to run (ids, hashes, times, durations) is
 * compared by where it comes again, not by what it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { ROOT } from '../docs/documents.ts'

const BLOCK = /^(<!-- output: ([\w-]+)(?:; only (.+))? -->\n```\w*\n)([\s\S]*?)(^```$)/gm

/** Of each run its own; the longest spellings first. */
const UNSTEADY: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['uuid', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['hash', /(?<![\w-])[0-9a-f]{64}(?![\w-])/g],
  ['thumbprint', /(?<![\w-])[\w-]{43}(?![\w-])/g],
  // A thumbprint that is broken over two lines of a column.
  ['thumbprint begin', /(?<=certificate {2})[\w-]{34}(?![\w-])/g],
  ['thumbprint end', /(?<=^ {4}(?:[\w-]{9} +)?)[\w-]{9}(?=$| +[\w-]{9}$)/gm],
  ['name', /(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{22}(?![\w-])/g],
  ['incident', /\b[0-9a-z]{9}-[0-9a-z]{8}\b/g],
  ['revocation', /\brv-[0-9a-f]{12}\b/g],
  ['replica', /\bholdfast-[0-9a-f]{8}\b/g],
]

/** The same for two runs of one story. All texts together, so that what is named in two of them stays one. */
export function steady(texts: readonly string[]): readonly string[] {
  const known = new Map<string, string>()
  const counts = new Map<string, number>()
  const named = (kind: string, text: string): string => {
    const number = (counts.get(kind) ?? 0) + 1
    const name = known.get(text) ?? `<${kind} ${number}>`
    if (!known.has(text)) counts.set(kind, number)
    known.set(text, name)
    return name
  }
  return texts.map((text) =>
    UNSTEADY.reduce(
      (rest, [kind, pattern]) => rest.replace(pattern, (found) => named(kind, found)),
      text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
    )
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?: to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?/g, '<time>')
      .replace(/\b\d+ (?:ms|s|min|h|d)\b(?: \d+ min)?/g, '<duration>')
      .replace(/\s+/g, ' '),
  )
}

/** What the blocks of a document show, and what they would show of this run; unknown names are empty. */
export function shownOutputs(
  path: string,
  outputs: ReadonlyMap<string, string>,
): readonly { readonly shown: string; readonly seen: string }[] {
  return [...read(path).matchAll(BLOCK)].map(([, , name = '', only, shown = '']) => ({
    shown,
    seen: shortened(outputs.get(name) ?? '', only),
  }))
}

/** Puts the outputs of a run into the blocks of a document. */
export function writeOutputs(path: string, outputs: ReadonlyMap<string, string>): void {
  const text = read(path).replace(
    BLOCK,
    (_, head: string, name: string, only: string | undefined, _old, end: string) =>
      `${head}${shortened(outputs.get(name) ?? '', only)}${end}`,
  )
  writeFileSync(new URL(path, ROOT), text)
}

/** Head and the named sections; an ellipsis stands for what is left out. */
function shortened(output: string, only: string | undefined): string {
  if (only === undefined) return output
  const titles = only.split('; ')
  const title = output.includes('\n### ') ? /^### (.*)/ : /^(\S.*)/
  let kept = true
  const parts: string[] = []
  for (const [i, paragraph] of output.trimEnd().split('\n\n').entries()) {
    const [, name] = i === 0 ? [] : (title.exec(paragraph) ?? [])
    if (name !== undefined) kept = titles.includes(name)
    if (kept) parts.push(paragraph)
    else if (parts.at(-1) !== '…') parts.push('…')
  }
  return `${parts.join('\n\n')}\n`
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}
