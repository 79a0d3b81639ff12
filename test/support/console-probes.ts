/** What the browser tests ask a page, as expressions for `evaluate`: no types of the DOM in a program that has none. */

export const WIDTH_PX = 'document.documentElement.scrollWidth'
export const GROUND = 'getComputedStyle(document.body).backgroundColor'
export const OUTLINE = 'getComputedStyle(document.activeElement).outlineStyle'
export const STYLESHEETS = 'document.styleSheets.length'
export const SCROLLED_PX = "document.querySelector('.scroll').scrollLeft"

/** What has the focus: its element and its name. */
export const FOCUSED = `(() => {
  const { tagName, name, textContent } = document.activeElement
  const label = /^(?:INPUT|SELECT)$/.test(tagName) ? name : textContent.trim().split('\\n')[0].slice(0, 40)
  return tagName.toLowerCase() + ' ' + label
})()`

export interface PageShape {
  readonly lang: string
  readonly headings: readonly number[]
  readonly ids: readonly string[]
  /** Whether each table has a caption and a scope for each heading. */
  readonly tables: readonly boolean[]
  /** Ids that labels and descriptions point to. */
  readonly references: readonly string[]
}

export const SHAPE = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)]
  const pointed = (name) => all('[' + name + ']').flatMap((element) => element.getAttribute(name).split(' '))
  return {
    lang: document.documentElement.lang,
    headings: all('h1,h2,h3').map(({ tagName }) => Number(tagName.slice(1))),
    ids: all('[id]').map(({ id }) => id),
    tables: all('table').map((table) => table.caption.textContent.trim() !== '' && !table.querySelector('th:not([scope])')),
    references: [...pointed('aria-labelledby'), ...pointed('aria-describedby'), ...pointed('for')],
  }
})()`
