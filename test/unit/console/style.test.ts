import { describe, expect, it } from 'vitest'
import { COLOURS } from '../../../src/console/colours.ts'
import { STYLE } from '../../../src/console/style.ts'

type Colour = keyof typeof COLOURS
type Theme = 'light' | 'dark'

/** WCAG 2.2 relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Colour, other: Colour, theme: Theme): number {
  const [light = 0, dark = 0] = [luminance(COLOURS[one][theme]), luminance(COLOURS[other][theme])].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const THEMES = ['light', 'dark'] as const
const GROUNDS = ['ground', 'surface', 'soft', 'red-soft', 'amber-soft', 'green-soft'] as const

describe('the stylesheet', () => {
  for (const theme of THEMES) {
    it.each(GROUNDS)(`WCAG 1.4.3: ${theme} text, muted text and links can be read on %s`, (ground) => {
      for (const text of ['text', 'muted', 'link'] as const)
        expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5)
    })

    it(`WCAG 1.4.3: ${theme} badges and buttons can be read`, () => {
      for (const colour of ['red', 'amber', 'green'] as const) {
        expect(contrast(colour, `${colour}-soft`, theme)).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast('surface', 'link', theme)).toBeGreaterThanOrEqual(4.5)
    })

    it(`WCAG 1.4.11: ${theme} edges of fields and the focus can be seen`, () => {
      expect(contrast('edge', 'surface', theme)).toBeGreaterThanOrEqual(3)
      for (const ground of ['ground', 'surface', 'soft'] as const) {
        expect(contrast('focus', ground, theme)).toBeGreaterThanOrEqual(3)
      }
    })
  }

  it('names every colour that it uses, and loads nothing', () => {
    const used = [...STYLE.matchAll(/var\(--([a-z-]+)\)/g)].map(([, colour]) => colour)
    expect(used.filter((colour) => !Object.hasOwn(COLOURS, colour ?? ''))).toEqual([])
    expect(STYLE).not.toMatch(/url\(|@import|expression/)
  })
})
