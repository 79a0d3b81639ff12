/**
 * Reads YAML (1.2, core schema) into plain data, with the position of every node: one document, text as keys, each key
 * once, no tags, few aliases. Messages never repeat the text of the file, which might hold a secret by mistake.
 */
import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { type Finding, type PathPart, pathText } from './fault.ts'
import { yamlMessage } from './yaml-message.ts'

interface LineColumn {
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

/** Bounds how many aliases there are, and what they unfold to ("billion laughs"). */
const MAX_ALIASES = 500

const OTHER_VERSION = 'is not YAML 1.2; leave out the line that starts with %YAML'

interface Offsets {
  readonly key: number
  readonly value: number
}

interface Walk {
  readonly offsets: Map<string, Offsets>
  readonly findings: Finding[]
  readonly aliases: {
    readonly alias: Alias
    readonly path: readonly PathPart[]
    readonly parents: readonly unknown[]
  }[]
}

/** Never throws: what cannot be read is a fault. */
export function parseText(text: string): ParsedText {
  const at = lineIndex(text)
  const options = { version: '1.2', schema: 'core', stringKeys: true, uniqueKeys: false, prettyErrors: false } as const
  const document = parseDocument(text, options)
  const syntaxFaults = document.errors.map(({ pos, code }) => ({ ...at(pos[0]), message: yamlMessage(code) }))
  // YAML 1.1 would read `off` as false.
  if (document.directives?.yaml.version !== '1.2') syntaxFaults.push({ ...at(0), message: OTHER_VERSION })
  if (syntaxFaults.length > 0) return { value: undefined, syntaxFaults, findings: [], locate: () => at(0) }
  const walk: Walk = { offsets: new Map(), findings: [], aliases: [] }
  visit(document.contents, [], 0, [], walk)
  return {
    value: resolveAliases(document, walk) ? plain(document, walk.findings) : undefined,
    syntaxFaults: [],
    findings: walk.findings,
    locate: (path, atKey = false) => at(offsetOf(walk.offsets, path, atKey)),
  }
}

/** Notes where each node stands, and what we do not take. Aliases are not followed: what is wrong inside stands at the alias. */
function visit(node: unknown, path: readonly PathPart[], key: number, parents: readonly unknown[], walk: Walk): void {
  walk.offsets.set(pathText(path), { key, value: offset(node) ?? key })
  if (isAlias(node)) walk.aliases.push({ alias: node, path, parents })
  else if (isNode(node) && node.tag !== undefined) {
    walk.findings.push({ path, message: 'has a YAML tag; leave out what starts with !' })
  }
  if (isMap(node)) visitMap(node, path, parents, walk)
  if (!isSeq(node)) return
  for (const [i, item] of node.items.entries()) {
    visit(item, [...path, i], offset(item) ?? key, [...parents, node], walk)
  }
}

function visitMap(map: YAMLMap, path: readonly PathPart[], parents: readonly unknown[], walk: Walk): void {
  const seen = new Set<string>()
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    const inner = [...path, name]
    visit(pair.value, inner, offset(pair.key) ?? 0, [...parents, map], walk)
    if (seen.has(name)) {
      walk.findings.push({ path: inner, message: 'stands twice in this mapping; keep one', atKey: true })
    }
    seen.add(name)
  }
}

/** False when the values are not known: too many aliases (each costs a walk through the document), or one without its anchor. */
function resolveAliases(document: Document, { aliases, findings }: Walk): boolean {
  const tooMany = aliases[MAX_ALIASES]
  if (tooMany !== undefined) {
    findings.push({ path: tooMany.path, message: 'is one alias too many; write the values out' })
    return false
  }
  let known = true
  for (const { alias, path, parents } of aliases) {
    const target = alias.resolve(document)
    if (target === undefined) {
      findings.push({ path, message: 'no anchor has this name; define it above with &NAME' })
      known = false
    } else if (parents.includes(target)) findings.push({ path, message: 'holds itself; write the values out' })
  }
  return known
}

/** Our own, as the library's counter loses lines behind some errors. */
function lineIndex(text: string): (offset: number) => LineColumn {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [line, end] = [0, starts.length]
    while (end - line > 1) {
      const middle = (line + end) >> 1
      if ((starts[middle] ?? 0) <= offset) line = middle
      else end = middle
    }
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}

/** Undefined for what is not written, such as the value of `log:`. */
function offset(node: unknown): number | undefined {
  if (!isNode(node) || !node.range) return undefined
  const [start, end] = node.range
  return start === end ? undefined : start
}

function offsetOf(offsets: ReadonlyMap<string, Offsets>, path: readonly PathPart[], atKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const found = offsets.get(pathText(path.slice(0, length)))
    if (found !== undefined) return atKey && length === path.length ? found.key : found.value
  }
  return 0
}

function plain(document: Document, findings: Finding[]): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch {
    findings.push({ path: [], message: 'its aliases unfold to too much; write the values out' })
    return undefined
  }
}
