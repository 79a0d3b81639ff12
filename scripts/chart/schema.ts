/** charts/holdfast/values.schema.json: closed mappings, types from the defaults, the rest from `# @schema`. */
import { DEFINITIONS, type JsonSchema } from './definitions.ts'
import { isMapping, type ValueEntry } from './values-file.ts'

/** Throws on a value whose type neither its default nor an annotation tells: nothing may be loose by oversight. */
export function valuesSchema(entries: readonly ValueEntry[]): JsonSchema {
  const used = entries.flatMap(({ annotation }) => (annotation === undefined || isJson(annotation) ? [] : [annotation]))
  const definitions = Object.fromEntries([...new Set(used)].sort().map((name) => [name, definition(name)]))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart holdfast',
    ...mapping(entries, ''),
    definitions,
  }
}

function mapping(entries: readonly ValueEntry[], parent: string): JsonSchema {
  const children = entries.filter(({ path }) => parentOf(path) === parent)
  const properties = Object.fromEntries(children.map((entry) => [nameOf(entry.path), schemaOf(entry, entries)]))
  return { type: 'object', additionalProperties: false, properties }
}

function schemaOf(entry: ValueEntry, entries: readonly ValueEntry[]): JsonSchema {
  const { annotation, description, path, value } = entry
  const described = description === undefined ? {} : { description }
  if (annotation === undefined) {
    return { ...described, ...(hasKeys(value) ? mapping(entries, path) : { type: typeOf(value, path) }) }
  }
  // Draft-07 judges by the $ref alone; the description beside it is for people.
  if (!isJson(annotation)) return { ...described, $ref: `#/definitions/${annotation}` }
  const schema = JSON.parse(annotation) as JsonSchema
  const isTyped = ['type', 'enum', 'anyOf', 'allOf'].some((keyword) => keyword in schema)
  return { ...described, ...(isTyped ? {} : { type: typeOf(value, path) }), ...schema }
}

function typeOf(value: unknown, path: string): string {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value
  if (Number.isInteger(value)) return 'integer'
  throw new Error(`${path}: its default does not show its type; add # @schema`)
}

function definition(name: string): JsonSchema {
  const found = DEFINITIONS[name]
  if (found === undefined) throw new Error(`# @schema ${name}: is neither JSON nor a name of definitions.ts`)
  return found
}

function hasKeys(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length > 0
}

function isJson(annotation: string): boolean {
  return annotation.startsWith('{')
}

function parentOf(path: string): string {
  return path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : ''
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
