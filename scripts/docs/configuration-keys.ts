/** Every key of the configuration, read from the schema. */
import * as z from 'zod'
import { type Described, describe, keysOf } from '../../src/config/schema/walk.ts'
import { configSchema } from '../../src/config/schema.ts'

export interface KeyRow {
  /** `routes[].proof.maxAgeSeconds` */
  readonly path: string
  readonly type: string
  /** As it would be written; undefined where there is none. */
  readonly default: string | undefined
  readonly required: boolean
  readonly description: string
}

export interface Section {
  readonly name: string
  readonly description: string
  readonly rows: readonly KeyRow[]
}

/** One section for each top-level key. Throws on a key without a description: a reference page must not have holes. */
export function configurationSections(): readonly Section[] {
  return [...keysOf(configSchema)].map(([name, schema]) => ({
    name,
    description: describe(schema).description ?? '',
    rows: rowsOf(name, schema),
  }))
}

function rowsOf(path: string, schema: z.core.$ZodType): readonly KeyRow[] {
  const described = describe(schema)
  const { type } = described
  const inner = type instanceof z.ZodArray && isMapping(type.element) ? type.element : undefined
  const below = inner === undefined ? keysOf(schema) : keysOf(inner)
  const prefix = inner === undefined ? path : `${path}[]`
  return [rowOf(path, described), ...[...below].flatMap(([key, child]) => rowsOf(`${prefix}.${key}`, child))]
}

function isMapping(schema: z.core.$ZodType): boolean {
  return describe(schema).type instanceof z.ZodObject
}

function rowOf(path: string, described: Described): KeyRow {
  if (described.description === undefined) throw new Error(`${path} has no description in the schema`)
  // A section that may be left out stands for the defaults of its keys: it has none of its own to show.
  const shown = described.hasDefault && JSON.stringify(described.default) !== '{}'
  return {
    path,
    type: `${typeName(described.type)}${described.nullable ? ' or null' : ''}`,
    default: shown ? flow(described.default) : undefined,
    required: !described.hasDefault && !described.optional,
    description: described.description,
  }
}

function typeName(schema: z.core.$ZodType): string {
  const { type } = describe(schema)
  if (type instanceof z.ZodObject) return 'mapping'
  if (type instanceof z.ZodBoolean) return 'true or false'
  if (type instanceof z.ZodEnum) return type.options.map((option) => `\`${option}\``).join(', ')
  if (type instanceof z.ZodArray)
    return isMapping(type.element) ? 'list of mappings' : `list of ${typeName(type.element)}`
  if (type instanceof z.ZodUnion) return type.options.map(typeName).join(' or ')
  if (type instanceof z.ZodNumber) return `whole number, ${type.minValue} to ${type.maxValue}`
  return 'text'
}

/** YAML in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, member]) => `${key}: ${flow(member)}`)
      .join(', ')} }`
  }
  return String(value)
}
