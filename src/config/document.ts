/**
 * Reads YAML (1.2, core schema) into plain data, with the position of every node: one document, text as keys, each key
 * once, no tags, few aliases. Messages never repeat the text of the file, which might hold a secret by mistake.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { type Finding, type PathPart, pathText } from './fault.ts'
import { yamlMessage } from './yaml-message.ts'

export interface LineColumn {
  readonly line: number
  readonly column: number
}

export interface ParsedText {
  /** Undefined when the text is no YAML at all. */
  readonly value: unknown
  /** What makes the text no YAML. */
  readonly syntaxFaults: readonly (LineColumn & { readonly message: string })[]
  /** What YAML allows and we do not; `value` may still be looked at for more faults. */
  readonly findings: readonly Finding[]
  /** The position of a node or, with `atKey`, of its key; of the nearest parent that is there, when it is not. */
  locate(path: readonly PathPart[], atKey?: boolean): LineColumn
}

/** Bounds what aliases may unfold to ("billion laughs"). */
const MAX_ALIAS_COUNT = 100

interface Offsets {
  readonly key: number
  readonly value: number
}

interface Walk {
  readonly document: Document
  readonly offsets: Map<string, Offsets>
  readonly findings: Finding[]
}

/** Never throws: what cannot be read is a fault. */
export function parseText(text: string): ParsedText {
  const lines = new LineCounter()
  const at = (offset: number): LineColumn => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const options = { version: '1.2', schema: 'core', stringKeys: true, uniqueKeys: false, prettyErrors: false } as const
  const document = parseDocument(text, { ...options, lineCounter: lines })
  const syntaxFaults = document.errors.map(({ pos, code }) => ({ ...at(pos[0]), message: yamlMessage(code) }))
  if (syntaxFaults.length > 0) return { value: undefined, syntaxFaults, findings: [], locate: () => at(0) }
  const walk: Walk = { document, offsets: new Map(), findings: [] }
  visit(document.contents, [], 0, [], walk)
  return {
    value: walk.findings.some(({ path }) => path.length === 0) ? undefined : plain(walk),
    syntaxFaults: [],
    findings: walk.findings,
    locate: (path, atKey = false) => at(offsetOf(walk.offsets, path, atKey)),
  }
}

/** Notes where each node stands, and what we do not take. Aliases are not followed: what is wrong inside stands at the alias. */
function visit(node: unknown, path: readonly PathPart[], key: number, parents: readonly unknown[], walk: Walk): void {
  walk.offsets.set(pathText(path), { key, value: offset(node) ?? key })
  if (isAlias(node)) {
    const target = node.resolve(walk.document)
    if (target === undefined)
      walk.findings.push({ path, message: 'no anchor has this name; define it above with &NAME' })
    else if (parents.includes(target)) walk.findings.push({ path, message: 'holds itself; write the values out' })
    return
  }
  if ((isScalar(node) || isMap(node) || isSeq(node)) && hasExplicitTag(node)) {
    walk.findings.push({ path, message: 'has a YAML tag; leave out what starts with !' })
  }
  if (isSeq(node)) {
    for (const [i, item] of node.items.entries())
      visit(item, [...path, i], offset(item) ?? key, [...parents, node], walk)
  }
  if (!isMap(node)) return
  const seen = new Set<string>()
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    const inner = [...path, name]
    visit(pair.value, inner, offset(pair.key) ?? key, [...parents, node], walk)
    if (seen.has(name))
      walk.findings.push({ path: inner, message: 'stands twice in this mapping; keep one', atKey: true })
    seen.add(name)
  }
}

function hasExplicitTag(node: { readonly srcToken?: unknown; readonly tag?: string | undefined }): boolean {
  return node.tag !== undefined && node.tag !== ''
}

function offset(node: unknown): number | undefined {
  if (isAlias(node) || isScalar(node) || isMap(node) || isSeq(node)) return node.range?.[0]
  return undefined
}

function offsetOf(offsets: ReadonlyMap<string, Offsets>, path: readonly PathPart[], atKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const found = offsets.get(pathText(path.slice(0, length)))
    if (found !== undefined) return atKey && length === path.length ? found.key : found.value
  }
  return 0
}

function plain(walk: Walk): unknown {
  try {
    return walk.document.toJS({ maxAliasCount: MAX_ALIAS_COUNT })
  } catch {
    walk.findings.push({ path: [], message: 'its aliases unfold to too much; write the values out' })
    return undefined
  }
}
