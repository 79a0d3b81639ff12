/** Records in a captured stream, where lines of others stand between them and a collector may have put something before each. */

const OPEN = 0x7b
/** Of every record, and inside no text: there its quotes are escaped. */
const MARK = Buffer.from('"unmapped":{"chain":{')

/** The part of the line that is a record, or claims to be; undefined for the line of another. */
export function recordIn(line: Buffer): Buffer | undefined {
  if (!line.includes(MARK)) return undefined
  const end = line.at(-1) === 0x0d ? line.length - 1 : line.length
  return line.subarray(line.indexOf(OPEN), end)
}
