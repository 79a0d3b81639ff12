import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/check/codec/strict-json.ts'
import { jwkThumbprint } from '../../src/check/proof/jwk-thumbprint.ts'
import { readVectors } from '../support/vectors.ts'

const VECTORS = readVectors<JsonObject, string>('jwk-thumbprint.json')

it.each(VECTORS)('C16 $source: $name', ({ input, expected }) => {
  expect(jwkThumbprint(input)).toBe(expected)
})
