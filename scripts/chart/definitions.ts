/** Named parts of values.schema.json (draft-07, which both majors of Helm enforce in full). */
import * as z from 'zod'
import { configSchema } from '../../src/config/schema.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const quantities: JsonSchema = {
  type: 'object',
  additionalProperties: { type: ['string', 'number'] },
}

/** What `# @schema NAME` in values.yaml may name. */
export const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  config: serverConfiguration(),
  countOrPercent: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^([0-9]+%)?$' },
    ],
  },
  duration: { type: 'string', pattern: '^([0-9]+(ms|s|m|h))*$' },
  object: { type: 'object' },
  objects: { type: 'array', items: { type: 'object' } },
  port: { type: 'integer', minimum: 1, maximum: 65_535 },
  references: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: { name: { type: 'string', minLength: 1 } },
    },
  },
  resources: {
    type: 'object',
    additionalProperties: false,
    properties: { requests: quantities, limits: quantities, claims: { type: 'array', items: { type: 'object' } } },
  },
  strings: { type: 'object', additionalProperties: { type: 'string' } },
  userId: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', enum: [''] },
    ],
  },
}

/**
 * The server's own schema, so that Helm names a mistyped key. Not what must be there: a missing section gets a message
 * with its mend from templates/_validate.tpl. No defaults: they are the server's.
 */
function serverConfiguration(): JsonSchema {
  const { $schema: _, required: __, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
  return withoutDefaults(schema) as JsonSchema
}

/** `properties` are names, not keywords: one of them may well be called `default`. */
function withoutDefaults(value: unknown, names = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => names || key !== 'default')
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDefaults(member, key === 'properties' && !names)]))
}
