/**
 * Every requirement of sections A to D is either named by a test (in a title, or as the `requirement` of a table row), or stands
 * here with the reason why none can. A new requirement without either fails.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const TESTS = new URL('../', import.meta.url)

/** Not applicable, or not in this version: why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  A38: 'the proof does not cover bodies or headers: stated in docs/threat-model.md, nothing to enforce',
  A39: 'introspection comes later, behind IssuerKeys and VerifiedToken',
  A42: 'what DPoP does not stop (code in the client): stated in docs/threat-model.md; first and last use come with the ledger',
  B3: 'opaque tokens come with introspection',
  B5: 'Envoy does not tell a verified chain from an unverified one: stated in docs/threat-model.md; doctor --envoy names the setting (D8)',
  C20: 'step-up is for tokens with a human subject; workloads have none',
  D12: 'JWT-SVIDs are bearer tokens and are not taken as access tokens (D14)',
  D13: 'as D12: keys for jwt-svid use are left out of the key sets',
  D16: 'trust bundles are Envoy’s: it verifies the chain; a bundle of our own comes later',
  D17: 'as D16',
  D18: 'as D16',
  D19: 'as D16',
  D20: 'as D16',
  D21: 'as D16: Envoy speaks the Workload API, not Holdfast',
  D26: 'no probe from outside tells a believed header from one taken away without a live token; doctor --envoy reads the setting (D23)',
  'D-E7': 'cooperative caching of check results is not released in Envoy',
}

const WANTED = [...range('A', 42), ...range('B', 12), ...range('C', 20), ...range('D', 26), ...range('D-E', 10)]

function range(section: string, last: number): string[] {
  return Array.from({ length: last }, (_, i) => `${section}${i + 1}`)
}

/** Ids at the start of a string literal: titles begin with them, and so do the `requirement` fields. */
function namedIds(): ReadonlySet<string> {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file))
  const named = new Set<string>()
  for (const file of files) {
    if (file.endsWith('requirements.test.ts')) continue
    for (const [, ids] of readFileSync(new URL(file, TESTS), 'utf8').matchAll(
      /['"`]((?:(?:[ABCD]|D-E)\d{1,2}[ ,]*)+)/g,
    )) {
      for (const [id] of (ids ?? '').matchAll(/(?:D-E|[ABCD])\d{1,2}/g)) named.add(id)
    }
  }
  return named
}

describe('requirements A to D', () => {
  const named = namedIds()

  it.each(WANTED)('%s is held by a test, or left out for a reason', (id) => {
    expect(named.has(id) || Object.hasOwn(LEFT_OUT, id)).toBe(true)
  })

  it('nothing is left out that a test names', () => {
    expect(Object.keys(LEFT_OUT).filter((id) => named.has(id))).toEqual([])
  })
})
