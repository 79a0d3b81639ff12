import { expect, it } from 'vitest'
import { type WriteSync, writeAll } from '../../../src/app/write-all.ts'

/** Takes as many bytes a call as its row says; a code: refuses with it. */
function pipe(rows: readonly (number | string)[]): { write: WriteSync; text: () => string } {
  const left = [...rows]
  let text = ''
  return {
    text: () => text,
    write(_, bytes, offset) {
      const row = left.shift() ?? bytes.length
      if (typeof row === 'string') throw Object.assign(new Error(row), { code: row })
      const part = bytes.subarray(offset, offset + row)
      text += part.toString('latin1')
      return part.length
    },
  }
}

it('G5 a line is written whole, whatever the pipe takes at once', () => {
  for (const rows of [[], [1], [1, 'EAGAIN', 2, 'EAGAIN', 'EAGAIN'], ['EAGAIN', 0, 1]]) {
    const { write, text } = pipe(rows)
    writeAll('{"a":1}\n', 1, write)
    expect(text()).toBe('{"a":1}\n')
  }
})

it('G5 a pipe that nobody reads any more is a fault', () => {
  expect(() => writeAll('{"a":1}\n', 1, pipe([3, 'EPIPE']).write)).toThrow('EPIPE')
})
