/** Names in the documents are names of the code: a renamed reason, metric, key, header or command fails here. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { ruleGroups } from '../../src/monitoring/rules.ts'
import { METRICS } from '../../src/observability/metric-table.ts'
import { fakeIo } from '../unit/cli/fake-io.ts'
import { codeSpans, type Document, documents, ROOT, readDocument, readText } from './documents.ts'

const DOCUMENTS = documents()

/** Everything in which a name can be defined. */
const CODE = ['src/', 'envoy/', 'proto/', 'scripts/', 'charts/']
  .flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|yaml|proto|tpl)$/.test(file))
      .map((file) => readFileSync(new URL(`${folder}${file}`, ROOT), 'utf8')),
  )
  .join('\n')
const WORDS = new Set(CODE.match(/\w+/g))

/** Names of others, which no file of ours holds. */
const FOREIGN = new Set([
  'jwt_authn',
  'filter_enabled',
  'with_request_body',
  'disallowed_headers',
  'access_token',
  'decode_verify',
  'discover_workload_path',
  'disable_spiffe_cert_validation',
  'sync_interval',
  'fail_verify_error',
])

const RECORDED = new Set(
  ruleGroups().flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule.record] : []))),
)

/** A histogram shows itself under three names. */
function partOf(name: string): boolean {
  const [, whole = ''] = /^holdfast_(\w+)_(?:bucket|sum|count)$/.exec(name) ?? []
  return Object.entries(METRICS).some(([metric, { type }]) => metric === whole && type === 'histogram')
}

/** `npx holdfast …` and `holdfast …` in code, as words. */
function commandLines(document: Document): readonly (readonly string[])[] {
  const code = [...codeSpans(document), ...document.blocks.map(({ text }) => text.replaceAll('\\\n', ' '))]
  return code.flatMap((text) =>
    [...text.matchAll(/(?:^|npx |\$\()holdfast ([a-z][^\n)|;&]*)/gm)].map(([, words]) => (words ?? '').split(/\s+/)),
  )
}

describe.each(DOCUMENTS)('$path', (document) => {
  test('reasons, fields and settings in snake_case exist', () => {
    const named = codeSpans(document).flatMap((span) => span.match(/\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b/g) ?? [])
    const unknown = named.filter((name) => !WORDS.has(name) && !FOREIGN.has(name) && !name.startsWith('holdfast_'))
    expect([...new Set(unknown)]).toEqual([])
  })

  test('configuration keys and functions in camelCase exist', () => {
    const named = codeSpans(document).flatMap((span) => span.match(/\b[a-z]+(?:[A-Z][a-z0-9]*)+\b/g) ?? [])
    expect([...new Set(named.filter((name) => !WORDS.has(name)))]).toEqual([])
  })

  test('metrics exist', () => {
    const named = document.text.replace(/\w+:\w+:\w+/g, ' ').match(/\bholdfast_[a-z_]+\b/g) ?? []
    const known = (name: string) =>
      name === 'holdfast_route' || name.replace(/^holdfast_/, '') in METRICS || partOf(name)
    expect([...new Set(named.filter((name) => !known(name)))]).toEqual([])
  })

  test('recorded metrics exist', () => {
    const named = document.text.match(/\b\w+:holdfast_\w+:\w+/g) ?? []
    expect([...new Set(named.filter((name) => !RECORDED.has(name)))]).toEqual([])
  })

  test('headers of ours exist', () => {
    const named = document.text.match(/\bx-holdfast-[a-z-]+[a-z]/g) ?? []
    expect([...new Set(named.filter((name) => !CODE.includes(name)))]).toEqual([])
  })

  test('commands and their options exist', async () => {
    for (const [command = '', ...rest] of commandLines(document)) {
      const io = fakeIo()
      expect([command, await runCli([command, '--help'], io)]).toEqual([command, 0])
      for (const option of rest.filter((word) => /^--[a-z]/.test(word))) {
        const [name = option] = option.split('=')
        expect(io.written.out, `${command} ${name}`).toContain(name)
      }
    }
  })

  test('make targets and npm scripts exist', () => {
    const scripts = (JSON.parse(readText('package.json')) as { scripts: object }).scripts
    const targets = /^TARGETS := (.*)$/m.exec(readText('Makefile'))?.[1]?.split(' ') ?? []
    const text = [...codeSpans(document), ...document.blocks.map((block) => block.text)].join('\n')
    for (const [, name = ''] of text.matchAll(/^(?:.*, )?make ([a-z]+)/gm)) expect(targets).toContain(name)
    for (const [, name = ''] of text.matchAll(/npm run ([a-z-]+)/g)) expect(Object.keys(scripts)).toContain(name)
  })
})

test('the commands of the CLI stand in the changelog', async () => {
  const io = fakeIo()
  await runCli(['--help'], io)
  const commands = [...io.written.out.matchAll(/^ {2}([a-z-]+) {3,}/gm)].map(([, name]) => name ?? '')
  const changelog = readDocument('CHANGELOG.md').text
  expect(commands).toContain('serve')
  expect(commands.filter((name) => name !== 'version' && !changelog.includes(name))).toEqual([])
})
