import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { EXAMPLE } from '../../../scripts/docs/configuration-page.ts'
import { type Config, configJsonSchema, configSchema } from '../../../src/config/schema.ts'
import { faultsOf, loadText } from './config-file.ts'

async function load(text: string): Promise<Config> {
  const loaded = await loadText(text)
  if (!loaded.ok) throw new Error('must load')
  return loaded.config
}

const INTERFACE = await readFile(new URL('interface.yaml', import.meta.url), 'utf8')

describe('schema', () => {
  test('the keys and defaults of the interface are those of the schema', async () => {
    const full = configSchema.parse(parse(INTERFACE))
    // What the interface shows as an example, not as a default, is given; all else must come by itself.
    const short = configSchema.parse({
      issuers: [{ issuer: 'https://as.example.com', keys: { jwksFile: 'jwks.json' } }],
      routes: [
        {
          name: 'payments',
          match: { authority: 'payments.example.com', pathPrefix: '/' },
          origin: 'https://payments.example.com',
          audience: 'https://payments.example.com',
          issuers: ['https://as.example.com'],
        },
      ],
    })
    expect(full).toEqual(short)
    expect(await faultsOf(INTERFACE)).toEqual([])
  })

  test('the example of the reference page loads', async () => {
    const config = await load(EXAMPLE)
    expect(config.routes.map(({ name }) => name)).toEqual(['payments'])
  })

  test('the JSON Schema is draft 2020-12, strict, and has every default', () => {
    const schema = configJsonSchema()
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['issuers', 'routes'],
      properties: {
        server: { additionalProperties: false, properties: { deadlineMs: { default: 150, minimum: 10 } } },
      },
    })
  })

  test('every mapping of the JSON Schema refuses unknown keys, and every key is described', () => {
    const bare: string[] = []
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties, additionalProperties } = node as { properties?: object; additionalProperties?: unknown }
      if (properties !== undefined && additionalProperties !== false) bare.push(`${path} is open`)
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (!('description' in value)) bare.push(`${path}.${key} is not described`)
      }
      for (const [key, value] of Object.entries(node)) walk(value, `${path}.${key}`)
    }
    walk(configJsonSchema(), '')
    expect(bare).toEqual([])
  })
})
