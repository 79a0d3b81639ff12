/** A fault of the configuration: where it stands, what is wrong, how to mend it. */

export type PathPart = string | number

interface Position {
  /** As given on the command line. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number
}

export interface Fault extends Position {
  /** `routes[0].binding.anyOf[1]`; empty for the file as a whole. */
  readonly path: string
  /** `what is wrong; how to mend it` */
  readonly message: string
}

/** A fault that is not yet placed in a file: the parts of its path, and its message. */
export interface Finding {
  readonly path: readonly PathPart[]
  readonly message: string
  /** True where the key itself is wrong, not its value. */
  readonly atKey?: boolean
}

/** `file:line:column: path: what is wrong; how to mend it` */
export function formatFault({ file, line, column, path, message }: Fault): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`
}

/** A key that could be misread is written in quotes, as JSON has them. */
export function pathText(parts: readonly PathPart[]): string {
  let text = ''
  for (const part of parts) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}
