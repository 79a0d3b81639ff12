/**
 * The import law is checked by the linter; here that it knows every adapter and every folder, since it names them one by one,
 * and that it says no where it must.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Override {
  readonly includes: readonly string[]
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly options: { readonly patterns: readonly { readonly group: string[] }[] }
        }
        readonly noRestrictedGlobals?: { readonly options: { readonly deniedGlobals: Record<string, string> } }
      }
    }
  }
}

const root = new URL('../../', import.meta.url)
const { overrides } = JSON.parse(readFileSync(new URL('biome.json', root), 'utf8')) as { overrides: Override[] }

function foldersIn(path: string): readonly string[] {
  return readdirSync(new URL(path, root), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
}

function lawsOf(folder: string): Override['linter']['rules']['style'][] {
  return overrides.flatMap(({ includes, linter }) =>
    includes.includes(`src/${folder}/**`) ? [linter.rules.style] : [],
  )
}

function forbiddenTo(folder: string): readonly string[] {
  return lawsOf(folder).flatMap(
    (style) => style?.noRestrictedImports?.options.patterns.flatMap(({ group }) => group) ?? [],
  )
}

describe('the import law', () => {
  it.each(foldersIn('src/adapters/'))('forbids other adapters to import %s', (name) => {
    expect(forbiddenTo('adapters')).toContain(`**/${name}/**`)
  })

  // app/, cli/ and drill/ put the parts together, and may import them all.
  it.each(foldersIn('src/').filter((name) => !['app', 'cli', 'drill'].includes(name)))('has a rule for %s', (name) => {
    expect(forbiddenTo(name)).not.toEqual([])
  })

  it.each(['check', 'transport', 'monitoring', 'admin'])('ledger and console are not for %s', (name) => {
    expect(forbiddenTo(name)).toEqual(expect.arrayContaining(['**/ledger/**', '**/console/**']))
  })

  it.each(['ledger', 'console'])(
    '%s is pure: everything is forbidden but what is named, and so are clock and network',
    (name) => {
      expect(forbiddenTo(name)).toContain('**')
      const globals = lawsOf(name).flatMap((style) =>
        Object.keys(style?.noRestrictedGlobals?.options.deniedGlobals ?? {}),
      )
      expect(globals).toEqual(expect.arrayContaining(['process', 'Date', 'setTimeout', 'fetch']))
    },
  )

  it('ledger may import no other folder than check', () => {
    const others = foldersIn('src/').filter((name) => !['ledger', 'check'].includes(name))
    const forbidden = forbiddenTo('ledger')
    expect(others.filter((name) => !forbidden.includes(`**/${name}/**`))).toEqual([])
  })
})
