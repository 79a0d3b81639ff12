import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html, render } from '../../../src/console/html.ts'
import { linkTo } from '../../../src/console/links.ts'
import { name } from '../../../src/console/parts.ts'

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '`',
      '&',
      '=',
      ' ',
      '/',
      '\\',
      '\n',
      '\0',
      '\u202e',
      '\u200b',
      '\ud800',
      'a',
    ),
  }),
  fc.constantFrom(
    '</td><script>alert(1)</script>',
    '" onfocus="alert(1)',
    "' autofocus onfocus=alert(1) x='",
    '<!--',
    ']]>',
    '&#0;',
    '&lt;',
  ),
)

describe('html', () => {
  it('leaves no text of others a character that HTML reads, in content or in an attribute', () => {
    fc.assert(
      fc.property(HOSTILE, (text) => {
        expect(render(html`${text}`)).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('loses nothing of a text that is safe to show', () => {
    const unescaped: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>"\'`&aé☃ \n;#39x') }), (text) => {
        expect(render(html`${text}`).replace(/&([^;]+);/g, (_, entity: string) => unescaped[entity] ?? '')).toBe(text)
      }),
    )
  })

  it.each([
    ['a bidirectional override', 'user\u202egnp.exe', 'user\\u{202e}gnp.exe'],
    ['a zero width space', 'ad\u200bmin', 'ad\\u{200b}min'],
    ['a control character', 'a\u001b[31mb', 'a\\u{1b}[31mb'],
    ['half a surrogate pair', 'a\ud83d', 'a\\u{d83d}'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ])('shows %s for what it is', (_, text, shown) => {
    expect(render(html`${text}`)).toBe(shown)
  })

  it('takes markup, lists, numbers and nothing as what they are', () => {
    const parts = [html`<b>${'<'}</b>`, 7, undefined, false, 'x'] as const
    expect(render(html`<i>${parts}</i>`)).toBe('<i><b>&lt;</b>7x</i>')
  })

  it('does not take an object of others for markup', () => {
    const forged = JSON.parse('{"markup":"<script>"}') as never
    expect(() => render(html`${forged}`)).toThrow()
  })
})

describe('name', () => {
  it('may be broken where its parts end, and says the same', () => {
    expect(render(name('spiffe://prod.example/ns'))).toBe('<bdi class="name">spiffe://prod.example/<wbr>ns</bdi>')
  })
})

describe('linkTo', () => {
  it('keeps every value inside its own parameter, and inside the attribute', () => {
    fc.assert(
      fc.property(
        HOSTILE.filter((text) => text !== ''),
        (value) => {
          const link = linkTo('/console/case', { kind: 'subject', value })
          expect(new URLSearchParams(link.split('?')[1]).get('value')).toBe(value.toWellFormed())
          expect(new URL(link, 'http://x.example').pathname).toBe('/console/case')
        },
      ),
    )
  })

  it('leaves out what is not given', () => {
    expect(linkTo('/console/', { before: undefined, live: '' })).toBe('/console/')
  })
})
