/** What is wrong with a manifest, and where: counted from 1, in the whole of standard input. */
import type { LineCounter } from 'yaml'

export interface InjectFault {
  readonly line: number
  readonly column: number
  /** What is wrong; how to mend it. */
  readonly message: string
}

/** `offset` counts characters from the start of the text. */
export function faultAt(lines: LineCounter, offset: number, message: string): InjectFault {
  const { line, col } = lines.linePos(offset)
  return { line, column: col, message }
}
