/**
 * HTML that escapes by default: `html` is a tagged template, and what stands in a `${}` is text unless it is itself markup
 * of this file. There is no way to hand in raw text as markup, so a page cannot forget to escape.
 */

const MARKUP: unique symbol = Symbol('markup')

/** Text that `html` made. */
export interface Markup {
  readonly [MARKUP]: string
}

/** What may stand in a template: text, numbers, markup, lists of them; undefined and false are nothing. */
export type Part = Markup | string | number | undefined | false | readonly Part[]

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let made = texts[0] ?? ''
  for (const [index, part] of parts.entries()) made += rendered(part) + (texts[index + 1] ?? '')
  return { [MARKUP]: made }
}

/** The document's text. */
export function render(markup: Markup): string {
  return markup[MARKUP]
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  return MARKUP in part ? part[MARKUP] : part.map(rendered).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/**
 * Characters that draw nothing or turn the text around: control, format (bidi, zero width) and line separators, private
 * ones, and half surrogates. A name that looks like another one is what an impostor would choose, so they are shown.
 */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu

/** Safe as content of an element and inside a quoted attribute. */
function escapeText(text: string): string {
  return text
    .replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/[&<>"'`]/g, (char) => ENTITIES[char] ?? '')
}
