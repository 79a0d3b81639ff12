import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generatedPages } from '../../scripts/docs/pages.ts'
import { REASON_NAMES } from '../../src/check/reasons.ts'

describe('generated pages', () => {
  test.each(generatedPages())('$path is what the code says (npm run docs writes it)', ({ path, text }) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text)
  })

  test('the reference has every reason in a row of its own', () => {
    const text = generatedPages().find(({ path }) => path === 'docs/reasons.md')?.text ?? ''
    for (const reason of REASON_NAMES) expect(text).toContain(`\n| \`${reason}\` | `)
  })
})
