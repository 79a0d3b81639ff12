/** Plain words for what the YAML library finds. Its own messages may repeat text of the file, so they are not used. */
import type { ErrorCode } from 'yaml'

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'is no alias; put a value that starts with * in quotes',
  BAD_COLLECTION_TYPE: 'has a tag that does not fit; leave out what starts with !',
  BAD_DIRECTIVE: 'is no YAML directive; leave out the line that starts with %',
  BAD_DQ_ESCAPE: 'holds an unknown backslash sequence; use single quotes',
  BAD_INDENT: 'the indentation does not fit, or a bracket stays open; mend the lines above or here',
  BAD_SCALAR_START: 'starts with a reserved character; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second key in one line; put a value with a colon in quotes, or start a new line',
  BLOCK_IN_FLOW: 'lines of a block stand inside brackets; write them as [a, b] or {a: b}',
  KEY_OVER_1024_CHARS: 'the key is too long; shorten it, or look for a missing quote',
  MISSING_CHAR: 'a quote, comma, colon or space is missing here; add it',
  MULTILINE_IMPLICIT_KEY: 'the key runs over its line; look for a missing colon or quote',
  MULTIPLE_DOCS: 'a second document starts here; keep one document in the file',
  NON_STRING_KEY: 'is no plain key; write text before the colon',
  RESOURCE_EXHAUSTION: 'is nested too deeply; write it flat',
  TAB_AS_INDENT: 'a tab stands in the indentation; use spaces',
  UNEXPECTED_TOKEN: 'does not belong here; look for a missing quote, bracket or line above',
}

export function yamlMessage(code: ErrorCode): string {
  return MESSAGES[code] ?? 'is not valid YAML; mend the line'
}
