import { expect, test } from 'vitest'
import { nearest } from '../../../src/config/nearest.ts'

const NAMES = ['binding', 'nonce', 'origin', 'mode']

test.each([
  ['bindng', 'binding'],
  ['Binding', 'binding'],
  ['noce', 'nonce'],
  ['onnce', 'nonce'],
  ['orign', 'origin'],
  ['audience', undefined],
  ['', undefined],
])('%j is meant as %j', (word, meant) => {
  expect(nearest(word, NAMES)).toBe(meant)
})
