/** Nothing in a document leads nowhere: links, anchors, files, requirement ids. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchors, codeSpans, type Document, documents, links, ROOT, readDocument } from './documents.ts'

const DOCUMENTS = documents()

/** Files of the user's, what commands make, and the start of a media type. */
const NOT_IN_THE_CHECKOUT = new Set([
  'holdfast.yaml',
  './holdfast.yaml',
  'revocations.json',
  'dist/',
  '.tools/',
  'application/',
])

/** ARCHITECTURE writes files of the decision path short. */
const BASES = ['', 'src/', 'src/check/', 'src/transport/']

function exists(path: string): boolean {
  return existsSync(new URL(path, ROOT))
}

function looksLikeFile(span: string): boolean {
  return /^[\w.-]+(?:\/[\w.-]+)*(?:\/|\.(?:ts|md|yaml|json))$/.test(span) && !NOT_IN_THE_CHECKOUT.has(span)
}

function problemWith({ target }: { readonly target: string }, from: Document): string | undefined {
  if (/^https:\/\//.test(target)) return undefined
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from.path : join(dirname(from.path), file)
  if (!exists(path)) return `${target}: there is no ${path}`
  if (anchor === undefined || anchors(readDocument(path)).has(anchor)) return undefined
  return `${target}: ${path} has no heading for it`
}

describe.each(DOCUMENTS)('$path', (document) => {
  test('every link and anchor resolves', () => {
    expect(links(document).flatMap((link) => problemWith(link, document) ?? [])).toEqual([])
  })

  test('every file and folder that it names is there', () => {
    const bases = [...BASES, `${dirname(document.path)}/`]
    const named = codeSpans(document).filter(looksLikeFile)
    expect(named.filter((name) => !bases.some((base) => exists(`${base}${name}`)))).toEqual([])
  })

  test('holds no path of a machine', () => {
    expect(document.text).not.toMatch(/(?:^|[\s"'`(])\/(?:home|root|tmp|Users|workspace)\//m)
  })
})

test('the documents that a reader expects are there, and all are reached from the README', () => {
  const readme = readDocument('README.md')
  const reached = new Set(links(readme).map(({ target }) => target))
  const others = DOCUMENTS.map(({ path }) => path).filter((path) => path !== 'README.md')
  expect(others.filter((path) => !reached.has(path))).toEqual([])
  expect(readFileSync(new URL('LICENSE', ROOT), 'utf8')).toContain('Apache License')
})

test('the threat model cites requirements that tests hold', () => {
  const ids = [...readDocument('docs/threat-model.md').prose.matchAll(/\| T\d\d \|.*?\|.*?\| ([^|]+) \| `test/g)]
  const cited = ids.flatMap(([, cell]) => [...(cell ?? '').matchAll(/(?:D-E|[ABCD])\d{1,2}/g)].map(([id]) => id))
  const tests = new URL('test/', ROOT)
  const texts = readdirSync(tests, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('docs/') && file !== 'unit/requirements.test.ts')
    .map((file) => readFileSync(new URL(file, tests), 'utf8'))
  const all = texts.join('\n')
  expect(cited.length).toBeGreaterThan(20)
  expect([...new Set(cited)].filter((id) => !new RegExp(`['"\`(][^'"\`\n]*\\b${id}\\b`).test(all))).toEqual([])
})

test('every threat and every divergence names a test file, or says that there is none', () => {
  const threats = readDocument('docs/threat-model.md')
    .prose.split('\n')
    .filter((line) => /^\| T\d\d /.test(line))
  expect(threats.length).toBeGreaterThan(20)
  expect(threats.map((line) => line.slice(2, 5))).toEqual(
    threats.map((_, index) => `T${String(index + 1).padStart(2, '0')}`),
  )
  expect(threats.filter((line) => !/`test\/[^`]+\.test\.ts` \|$/.test(line))).toEqual([])
  const divergences = readDocument('DIVERGENCES.md').prose.split('\n')
  const rows = divergences.filter((line) => line.startsWith('| ') && !line.startsWith('| what '))
  expect(rows.length).toBeGreaterThan(30)
  expect(rows.filter((line) => !/(?:`test\/[^`]+\.test\.ts`|–) \|$/.test(line))).toEqual([])
})
