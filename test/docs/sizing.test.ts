/** docs/sizing.md repeats figures of other documents: a figure that changes there must change here. */
import { describe, expect, test } from 'vitest'
import { readDocument, tableRows } from './documents.ts'

const ROWS = tableRows(readDocument('docs/sizing.md'), /\w/).flatMap(([what = '', figure = '', method = '']) => {
  const [, source] = /\]\(([\w-]+\.md)#/.exec(method) ?? []
  return source === undefined ? [] : [{ what, source, numbers: figure.match(/\d+(?:\.\d+)?/g) ?? [] }]
})

describe('docs/sizing.md', () => {
  test('has figures with their source', () => {
    expect(ROWS.filter(({ numbers }) => numbers.length > 0).length).toBeGreaterThan(15)
  })

  test.each(ROWS)('$what: as in docs/$source', ({ source, numbers }) => {
    const known = new Set(readDocument(`docs/${source}`).text.match(/\d+(?:\.\d+)?/g))
    expect(numbers.filter((number) => !known.has(number))).toEqual([])
  })
})
