/**
 * Additions to a YAML or JSON text by position: what is not ours stays byte for byte, comments, quoting and all. Writing
 * a parsed document anew would lose some of it, and the meaning of what YAML readers disagree about (0644, yes).
 */
import { isMap, isScalar, isSeq, type Node, stringify, type YAMLMap, type YAMLSeq } from 'yaml'

export interface Edit {
  readonly start: number
  /** The same as `start`: nothing is taken away. */
  readonly end: number
  readonly text: string
}

/** All edits at once; those of one place in their order. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    result += source.slice(at, start) + text
    at = end
  }
  return result + source.slice(at)
}

/** Puts `items` first into the list `map[key]`, which may be missing. */
export function addToList(source: string, map: YAMLMap, key: string, items: readonly unknown[]): Edit {
  const list = map.get(key, true)
  if (!isSeq(list)) return addMember(source, map, key, items)
  const start = startOf(list)
  if (list.flow === true) return afterBracket(source, list, start, JSON.stringify(items, null, 2).slice(1, -1).trim())
  return blockEdit(source, start, asYaml(items))
}

/** Puts `members` first into the mapping `map[key]`, which may be missing. */
export function addToMapping(
  source: string,
  map: YAMLMap,
  key: string,
  members: Readonly<Record<string, unknown>>,
): Edit {
  const inner = map.get(key, true)
  if (!isMap(inner)) return addMember(source, map, key, members)
  const start = startOf(inner)
  if (inner.flow === true)
    return afterBracket(source, inner, start, JSON.stringify(members, null, 2).slice(1, -1).trim())
  return blockEdit(source, start, asYaml(members))
}

/** `key: value` before the first member of the mapping; in place of a null. */
function addMember(source: string, map: YAMLMap, key: string, value: unknown): Edit {
  const old = map.get(key, true)
  if (isScalar(old) && old.range != null) {
    const [start, end] = old.range
    return { start, end, text: `${start === end ? ' ' : ''}${inFlow(source, start, JSON.stringify(value, null, 2))}` }
  }
  const start = startOf(map)
  if (map.flow === true) {
    return afterBracket(source, map, start, `${JSON.stringify(key)}: ${JSON.stringify(value, null, 2)}`)
  }
  return blockEdit(source, start, asYaml({ [key]: value }))
}

function afterBracket(source: string, node: YAMLMap | YAMLSeq, start: number, text: string): Edit {
  const at = start + 1
  const comma = node.items.length === 0 ? '' : ', '
  return { start: at, end: at, text: `${inFlow(source, start, text)}${comma}` }
}

/** Whole lines before `start`, in its column, and before the comments that stand right above it. */
function blockEdit(source: string, start: number, yaml: string): Edit {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const column = start - lineStart
  const indent = ' '.repeat(column)
  const lines = yaml.trimEnd().split('\n')
  const newline = newlineOf(source)
  if (source.slice(lineStart, start).trim() !== '') {
    const text = lines.map((line, index) => (index === 0 ? line : `${indent}${line}`)).join(newline)
    return { start, end: start, text: `${text}${newline}${indent}` }
  }
  const at = aboveComments(source, lineStart, column)
  return { start: at, end: at, text: lines.map((line) => `${indent}${line}${newline}`).join('') }
}

function aboveComments(source: string, lineStart: number, column: number): number {
  let at = lineStart
  for (;;) {
    const previous = source.lastIndexOf('\n', at - 2) + 1
    const line = source.slice(previous, at)
    if (at === 0 || !line.startsWith(`${' '.repeat(column)}#`)) return at
    at = previous
  }
}

/** JSON over several lines, further in than the line that it goes into: a block around it would take them for its own else. */
function inFlow(source: string, start: number, json: string): string {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1
  const indent = /^[ \t]*/.exec(source.slice(lineStart))?.[0] ?? ''
  return json.split('\n').join(`${newlineOf(source)}${indent}  `)
}

/** YAML 1.1, as Kubernetes reads it: what only the newer version takes for a text is quoted. */
function asYaml(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0 })
}

function newlineOf(source: string): string {
  return source.includes('\r\n') ? '\r\n' : '\n'
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}
