/**
 * Reads values.yaml with what its comments say: `# @section`, `# --` (what the key below means) and `# @schema` (what its
 * default does not show). By lines, since comments belong to the key below them and to nothing else.
 */
import { parse } from 'yaml'

export interface ValueEntry {
  /** `secrets.nonce.key` */
  readonly path: string
  readonly section: string
  /** Undefined: no `# --` stands above it. */
  readonly description: string | undefined
  /** JSON, or a name of definitions.ts. */
  readonly annotation: string | undefined
  /** As the file has it; a mapping with keys of its own has entries for these too. */
  readonly value: unknown
}

interface Notes {
  description: string[]
  annotation: string | undefined
  /** Whether a line without a mark goes on with the description. */
  open: boolean
}

const KEY = /^( *)([A-Za-z][A-Za-z0-9]*):/
const COMMENT = /^ *# ?(.*)$/

/** In the order of the file. What stands below a key with an annotation is its value, and has no entries. */
export function readValues(text: string): readonly ValueEntry[] {
  const values: unknown = parse(text)
  const entries: ValueEntry[] = []
  const parents: string[] = []
  let section = ''
  let notes = noNotes()
  let closedAt = Number.POSITIVE_INFINITY
  for (const line of text.split('\n')) {
    const comment = COMMENT.exec(line)?.[1]
    if (comment !== undefined) {
      section = readComment(comment, notes) ?? section
      continue
    }
    const [, indent = '', key] = KEY.exec(line) ?? []
    if (key === undefined) {
      notes = noNotes()
      continue
    }
    const depth = indent.length / 2
    if (depth > closedAt) continue
    closedAt = Number.POSITIVE_INFINITY
    parents.splice(depth, parents.length, key)
    const value = valueAt(values, parents)
    const description = notes.description.length === 0 ? undefined : notes.description.join(' ')
    entries.push({ path: parents.join('.'), section, description, annotation: notes.annotation, value })
    if (notes.annotation !== undefined || !isMapping(value)) closedAt = depth
    notes = noNotes()
  }
  return entries
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noNotes(): Notes {
  return { description: [], annotation: undefined, open: false }
}

/** The section that begins here, or undefined. */
function readComment(comment: string, notes: Notes): string | undefined {
  const [, mark, rest = ''] = /^(--|@schema|@section) (.*)$/.exec(comment) ?? []
  if (mark === '@section') return rest
  if (mark === '@schema') notes.annotation = rest
  if (mark === '--' || (mark === undefined && notes.open)) notes.description.push(mark === '--' ? rest : comment)
  notes.open = mark === '--' || (mark === undefined && notes.open)
  return undefined
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isMapping(value) ? value[key] : undefined), values)
}
