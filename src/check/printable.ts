/** Text of a verified token or of the request, for who reads a log. */

const MAX_TEXT_LENGTH = 256
/** Other, control (Cc), format (Cf), line and paragraph separators (Zl, Zp). */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Bounded, and without what could make a line look like something else: controls, line breaks, direction marks. */
export function printable(text: string): string {
  const cut = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text
  return cut.toWellFormed().replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
