/** Whatever stands in the ledger, the pages keep their shape: the same elements with the same attributes, in the same order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeConsole } from '../../../src/console/console.ts'
import { NOW_MS, sampleCase, sampleIncidents, sampleSessions } from '../../support/console-samples.ts'
import { sampleData, written } from '../../support/console-world.ts'

/** Members that are words of our own: a store that holds other ones has refused the entry as corrupt. */
const OWN_WORDS = new Set([
  'class',
  'confidence',
  'outcome',
  'role',
  'side',
  'firstSeen',
  'name',
  'by',
  'held',
  'relation',
])

/** The same data with every text of others written over. */
function soiled<T>(value: T, text: string, member = ''): T {
  if (typeof value === 'string') return (OWN_WORDS.has(member) ? value : text) as T
  if (Array.isArray(value)) return value.map((entry) => soiled(entry, text, member)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, soiled(entry, text, name)])) as T
}

async function pages(text: string): Promise<string> {
  const shown = makeConsole(
    sampleData({
      incidents: async () => written({ found: soiled(sampleIncidents(), text), corrupt: 0, more: true }),
      sessions: async () =>
        written({ sessions: soiled(sampleSessions(), text), cursor: text, looked: 4, about: 4, corrupt: 0 }),
      case: async () => written(soiled(sampleCase(), text)),
      gaps: async () => written([{ fromMs: 0, toMs: 1, dropped: 1, by: text }]),
    }),
    () => NOW_MS,
  )
  const typed = encodeURIComponent(text.toWellFormed())
  const answers = await Promise.all([
    shown({ path: '/console/', query: '' }),
    shown({ path: '/console/sessions', query: `client=${typed}&route=${typed}&cursor=${typed}` }),
    shown({ path: '/console/case', query: 'kind=decision&value=7c3a' }),
  ])
  return answers.map(({ body }) => body).join('\n')
}

/** Elements and names of attributes; breaks inside names come and go with their text. */
function shape(page: string): readonly string[] {
  const tags = page.match(/<[^>]*>/g) ?? []
  return tags.filter((tag) => tag !== '<wbr>').map((tag) => tag.replace(/="[^"]*"/g, ''))
}

describe('hostile text', () => {
  it('changes no element and no attribute of a page', async () => {
    const honest = shape(await pages('x'))
    expect(honest.length).toBeGreaterThan(300)
    const hostile = fc.oneof(
      fc.constantFrom(
        '</td></table><script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onfocus='alert(1)' autofocus='",
        '</title><svg onload=alert(1)>',
        '&quot;><script>',
        '\u202e<b>',
      ),
      fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', ':', '=', '\n', '\0', 'a'), minLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1 }),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        expect(shape(await pages(text))).toEqual(honest)
      }),
      { numRuns: 200 },
    )
  })
})
