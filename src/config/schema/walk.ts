/** Walks the schema: what a key may hold, its default and its description. For messages and for the reference page. */
import * as z from 'zod'
import type { PathPart } from '../fault.ts'

export interface Described {
  /** Without its wrappers: object, array, string … */
  readonly type: z.core.$ZodType
  readonly hasDefault: boolean
  readonly default: unknown
  readonly optional: boolean
  readonly nullable: boolean
  readonly description: string | undefined
}

export function describe(schema: z.core.$ZodType): Described {
  let type = schema
  let hasDefault = false
  let fallback: unknown
  let optional = false
  let nullable = false
  let description: string | undefined
  for (;;) {
    description ??= z.globalRegistry.get(type)?.description
    if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault) {
      hasDefault = true
      fallback = type.def.defaultValue
      type = type.def.innerType
    } else if (type instanceof z.ZodNullable) {
      nullable = true
      type = type.def.innerType
    } else if (type instanceof z.ZodOptional) {
      optional = true
      type = type.def.innerType
    } else {
      return { type, hasDefault, default: fallback, optional, nullable, description }
    }
  }
}

/** The schema at a path of the file; undefined where the path leaves the schema. */
export function schemaAt(root: z.core.$ZodType, path: readonly PathPart[]): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root
  for (const part of path) {
    if (schema === undefined) return undefined
    const { type } = describe(schema)
    if (type instanceof z.ZodObject) schema = keysOf(type).get(String(part))
    else schema = type instanceof z.ZodArray ? type.element : undefined
  }
  return schema
}

/** The keys of a mapping with their schemas; empty for anything else. */
export function keysOf(schema: z.core.$ZodType): ReadonlyMap<string, z.core.$ZodType> {
  const { type } = describe(schema)
  return new Map(type instanceof z.ZodObject ? Object.entries(type.shape as Record<string, z.core.$ZodType>) : [])
}
