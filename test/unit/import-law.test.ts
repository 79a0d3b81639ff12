/** The import law is checked by the linter; here only that it knows every adapter, since it names them one by one. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const { overrides } = JSON.parse(readFileSync(new URL('biome.json', root), 'utf8'))
const law = overrides.find(({ includes }: { includes: string[] }) => includes.includes('src/adapters/**'))
const forbidden = law.linter.rules.style.noRestrictedImports.options.patterns.flatMap(
  ({ group }: { group: string[] }) => group,
)
const adapters = readdirSync(new URL('src/adapters/', root), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)

describe('the import law', () => {
  it.each(adapters.map(({ name }) => name))('forbids other adapters to import %s', (name) => {
    expect(forbidden).toContain(`**/${name}/**`)
  })
})
