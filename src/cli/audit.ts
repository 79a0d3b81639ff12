/** `holdfast audit`: whether audit files, or what was captured of an output, are a whole chain. */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { recordIn } from '../audit/captured.ts'
import { type HeadVerifier, makeHeadVerifier } from '../audit/signing.ts'
import { type AuditVerdict, type AuditVerifier, makeAuditVerifier } from '../audit/verify.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

const LINE_FEED = 0x0a
/** No record is longer; what is, is judged in pieces, and none of them is a record. */
const MAX_LINE_BYTES = 1_048_576

export const command: Command = {
  name: 'audit',
  summary: 'verify audit files: find what was changed, removed, inserted or moved',
  help: `Usage: holdfast audit verify FILE… [--captured] [--public-key FILE] [--json]

Reads audit files in the order given, oldest first, as one chain; - is standard input. Names each record that was
changed, removed, inserted or moved, with file, line and sequence. Needs no configuration and no running server.

  --captured          what was captured of the standard output of one server (audit.stdout): lines of others are
                      passed over, and each start of the server begins a new chain
  --public-key FILE   the public key of audit.signingKey (PEM): signatures of heads must hold, and one must be there
  --json              the verdict as JSON

Examples:
  holdfast audit verify audit.jsonl
  holdfast audit verify audit.jsonl.* audit.jsonl --public-key audit-public.pem
  kubectl logs POD | holdfast audit verify - --captured

Exit codes: 0 whole, 1 broken, 2 wrong use, 3 a file cannot be read.
`,
  async run(args, io) {
    const files = Array.from({ length: args.length }, () => 'FILE')
    const parsed = readArgs(args, { 'public-key': 'string', captured: 'boolean', json: 'boolean' }, files)
    if (!parsed.ok) return wrong(io, parsed.message)
    const [action, ...paths] = parsed.positionals
    if (action !== 'verify') return wrong(io, 'say what to do: verify')
    if (paths.length === 0) return wrong(io, 'name the audit files, oldest first')
    const keyPath = parsed.values['public-key']
    let headVerifier: HeadVerifier | undefined
    try {
      if (keyPath !== undefined) {
        headVerifier = makeHeadVerifier(await readFile(resolve(io.cwd, keyPath)))
        if (headVerifier === undefined) return wrong(io, '--public-key is no Ed25519 public key in PEM')
      }
      const captured = parsed.values.captured === true
      const verifier = makeAuditVerifier(headVerifier, captured)
      const { target, passedOver } = captured ? recordsOnly(verifier) : { target: verifier, passedOver: () => 0 }
      for (const path of paths) await readLines(bytesOf(path, io), path, target)
      const told = { verdict: verifier.verdict(), passedOver: passedOver(), judged: headVerifier !== undefined }
      return tell(io, told, parsed.values.json === true)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
      io.err(
        `holdfast audit: a file cannot be read: the system says ${String(error.code)}; mend the path or its permissions\n`,
      )
      return EXIT.unreachable
    }
  },
}

function wrong(io: Io, message: string): number {
  io.err(`holdfast audit: ${message}; holdfast audit --help shows how\n`)
  return EXIT.wrongUse
}

/** A file as a stream; standard input as a whole. */
async function* bytesOf(path: string, io: Io): AsyncIterable<Buffer> {
  if (path === '-') yield Buffer.from(await io.stdin())
  else yield* createReadStream(resolve(io.cwd, path))
}

/** Lines of others are counted only. */
function recordsOnly(verifier: AuditVerifier): { target: Pick<AuditVerifier, 'line'>; passedOver(): number } {
  let others = 0
  return {
    target: {
      line(file, number, bytes, ended) {
        const record = recordIn(bytes)
        if (record === undefined) others++
        else verifier.line(file, number, record, ended)
      },
    },
    passedOver: () => others,
  }
}

async function readLines(
  chunks: AsyncIterable<Buffer>,
  shownAs: string,
  verifier: Pick<AuditVerifier, 'line'>,
): Promise<void> {
  let number = 1
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED, start)) {
      verifier.line(shownAs, number++, rest.subarray(start, end), true)
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > MAX_LINE_BYTES) {
      verifier.line(shownAs, number, rest, true)
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0) verifier.line(shownAs, number, rest, false)
}

interface Told {
  readonly verdict: AuditVerdict
  /** Lines that are no records. */
  readonly passedOver: number
  /** Whether signatures were. */
  readonly judged: boolean
}

function tell(io: Io, told: Told, json: boolean): number {
  const { verdict, passedOver } = told
  const whole = verdict.findings.length === 0
  if (json) io.out(`${JSON.stringify({ whole, passedOver, ...verdict })}\n`)
  else io.out(`${[...findingLines(verdict), ...summaryLines(told)].join('\n')}\n`)
  return whole ? EXIT.done : EXIT.notSo
}

function findingLines({ findings }: AuditVerdict): readonly string[] {
  return findings.map(({ kind, file, line, sequence, problem }) => {
    const named = sequence === undefined ? '' : ` record ${sequence}:`
    return `${file}:${line}: ${kind}:${named} ${problem}`
  })
}

function summaryLines({ verdict, passedOver, judged }: Told): readonly string[] {
  const { findings, records, chains, first, last, signedTo, signedHeads, dropped, torn, unfinished } = verdict
  const lines = [
    findings.length === 0
      ? `whole: ${records} records${last === undefined ? '' : `, ${first} to ${last.sequence}, head ${last.hash}`}`
      : `BROKEN: ${findings.length} findings in ${records} records`,
  ]
  if (chains > 1)
    lines.push(`${chains} chains, one from each start; what is said of the last record is of the last one`)
  if (passedOver > 0) lines.push(`${passedOver} lines of others were passed over`)
  if (first !== undefined && first > 1) lines.push(`begins at record ${first}: what came before was not given`)
  if (dropped > 0) lines.push(`${dropped} records were dropped when they came, and the chain says so`)
  if (torn > 0) lines.push(`${torn} times a line was cut off by a crash or a full disk, and the chain says so`)
  if (unfinished) lines.push('the last line has no end: the server was killed at it, or is writing it')
  if (!judged && signedHeads === 0) lines.push('not signed: whoever can write the file can make it anew')
  if (!judged && signedHeads > 0) lines.push(`${signedHeads} signed heads, not judged: give --public-key`)
  if (judged && findings.length === 0 && signedTo !== undefined)
    lines.push(`signed up to record ${signedTo}; ${(last?.sequence ?? 0) - signedTo} after it`)
  return lines
}
