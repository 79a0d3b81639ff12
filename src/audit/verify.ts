/**
 * Whether audit files are one whole chain. Fed line by line, in order, so that size is no matter; finds what was changed,
 * removed, inserted or moved, and names the record.
 */
import { GENESIS, hashOf, type Link } from './chain.ts'
import { type ReadRecord, readRecord } from './read-record.ts'
import type { HeadVerifier } from './signing.ts'

export type Tampering = 'changed' | 'removed' | 'inserted' | 'moved' | 'signature'

export interface AuditFinding {
  readonly kind: Tampering
  readonly file: string
  /** From 1. */
  readonly line: number
  /** That the record claims; of `removed`, of the first that is missing. */
  readonly sequence: number | undefined
  /** What is wrong, in words. */
  readonly problem: string
}

export interface AuditVerdict {
  /** In the order in which they stand; the first ones where there are many. */
  readonly findings: readonly AuditFinding[]
  readonly records: number
  /** 1, and more where starts are taken for new chains. */
  readonly chains: number
  readonly first: number | undefined
  readonly last: Link | undefined
  /** Sequence of the last head whose signature holds: up to there nobody without the key can have changed a thing. */
  readonly signedTo: number | undefined
  readonly signedHeads: number
  /** Records that the log itself says are missing. */
  readonly dropped: number
  /** Lines that were cut off, and were closed by a record that says so. */
  readonly torn: number
  /** The last line has no end: the process was killed at it, or is writing it. */
  readonly unfinished: boolean
}

export interface AuditVerifier {
  /** One line without its line feed; `ended` is false where the file ends without one. */
  line(file: string, number: number, bytes: Buffer, ended: boolean): void
  verdict(): AuditVerdict
}

interface Place {
  readonly file: string
  readonly line: number
}

const MAX_FINDINGS = 100

/**
 * Without `verifier` signatures are counted, not judged. With `restarts` a start that is a first record begins a new chain, as in
 * the captured output of a process that was started again; `first`, `last` and `signedTo` are then of the last one.
 */
export function makeAuditVerifier(verifier: HeadVerifier | undefined, restarts = false): AuditVerifier {
  const findings: AuditFinding[] = []
  const late = new Set<number>()
  let last: (Link & Place) | undefined
  let beforeLast: Link | undefined
  let first: number | undefined
  let cut: (Place & { readonly lines: Buffer[]; ended: boolean }) | undefined
  let [records, chains, dropped, torn, signedHeads] = [0, 1, 0, 0, 0]
  let signedTo: number | undefined

  function find(kind: Tampering, { file, line }: Place, sequence: number | undefined, problem: string): void {
    if (findings.length < MAX_FINDINGS) findings.push({ kind, file, line, sequence, problem })
  }

  function closeCut(record: ReadRecord | undefined): void {
    if (cut === undefined) return
    const { lines } = cut
    const closed = record?.kind === 'torn' && record.fields['sha256'] === hashOf(Buffer.concat(joined(lines)))
    if (closed) torn++
    else find('changed', cut, undefined, 'is no record, and none says that it was cut off')
    cut = undefined
  }

  /** Whether the chain goes on from this record. */
  function follows(place: Place, { link, previous }: ReadRecord): boolean {
    const { sequence } = link
    if (last === undefined) {
      if (sequence !== 1 || previous === GENESIS.hash) return true
      find('changed', place, sequence, 'is the first record, but names one before it')
      return true
    }
    if (sequence === last.sequence + 1) {
      if (previous !== last.hash) {
        find('changed', last, last.sequence, 'is not the record that the next one was written after')
      }
      return true
    }
    if (sequence > last.sequence) {
      const missing = last.sequence + 1
      const to = sequence - 1
      const problem = missing === to ? `record ${missing} is missing` : `records ${missing} to ${to} are missing`
      find('removed', place, missing, `${problem} before this line`)
      return true
    }
    if (sequence === last.sequence && link.hash !== last.hash && previous === beforeLast?.hash) {
      find('inserted', last, last.sequence, 'stands between two records that follow one another')
      return true
    }
    late.add(sequence)
    find('moved', place, sequence, `stands behind record ${last.sequence}: moved, or inserted again`)
    return false
  }

  function judgeHead(place: Place, { link, key, signature }: ReadRecord): void {
    const fault = headFault(link.hash, key, signature)
    if (fault !== undefined) find('signature', place, link.sequence, fault)
    if (fault !== undefined || key === undefined) return
    signedHeads++
    if (verifier !== undefined) signedTo = link.sequence
  }

  function headFault(hash: string, key: string | undefined, signature: string | undefined): string | undefined {
    if (key === undefined) return signedHeads > 0 ? 'is a head without a signature, after signed ones' : undefined
    if (signature === undefined) return 'its signature was taken away'
    if (verifier === undefined) return undefined
    if (key !== verifier.keyId) return 'is signed by another key'
    return verifier.verify(hash, signature) ? undefined : 'its signature does not hold'
  }

  function endChain(): void {
    if (verifier !== undefined && signedTo === undefined) {
      find('signature', last ?? { file: '', line: 0 }, last?.sequence, 'no head up to here is signed')
    }
    chains++
    last = beforeLast = first = signedTo = undefined
    findings.splice(0, findings.length, ...findings.map((finding) => asMoved(finding, late)))
    late.clear()
  }

  function take(place: Place, record: ReadRecord): void {
    const { kind, link, previous } = record
    const begins = kind === 'start' && link.sequence === 1 && previous === GENESIS.hash
    if (restarts && begins && last !== undefined) endChain()
    if (!follows(place, record)) return
    first ??= record.link.sequence
    beforeLast = last ?? GENESIS
    last = { ...record.link, ...place }
    if (record.kind === 'head') judgeHead(place, record)
    if (record.kind === 'gap') dropped += Number(record.fields['dropped'])
  }

  return {
    line(file, number, bytes, ended) {
      const place = { file, line: number }
      const reading = readRecord(bytes)
      if (reading.kind === 'cut') {
        cut ??= { ...place, lines: [], ended }
        cut.lines.push(bytes)
        cut.ended = ended
        return
      }
      closeCut(reading.kind === 'record' ? reading.record : undefined)
      records++
      if (reading.kind === 'record') {
        take(place, reading.record)
        return
      }
      const { claimed, problem } = reading
      find('changed', place, claimed?.sequence, problem)
      // What comes after it is judged by what it claims, so that one change is one finding.
      if (claimed === undefined || claimed.sequence !== (last?.sequence ?? 0) + 1) return
      beforeLast = last ?? GENESIS
      last = { ...claimed, ...place }
    },
    verdict() {
      const unfinished = cut !== undefined && !cut.ended && cut.lines.length === 1
      if (!unfinished) closeCut(undefined)
      if (verifier !== undefined && signedTo === undefined && findings.length === 0) {
        find('signature', last ?? { file: '', line: 0 }, last?.sequence, 'no head up to here is signed')
      }
      return {
        findings: findings.map((finding) => asMoved(finding, late)),
        records,
        chains,
        first,
        last: last === undefined ? undefined : { sequence: last.sequence, hash: last.hash },
        signedTo,
        signedHeads,
        dropped,
        torn,
        unfinished,
      }
    },
  }
}

/** What is missing at its place and stands further down was moved. */
function asMoved(finding: AuditFinding, late: ReadonlySet<number>): AuditFinding {
  const { kind, sequence } = finding
  if (kind !== 'removed' || sequence === undefined || !late.has(sequence)) return finding
  return { ...finding, kind: 'moved', problem: `record ${sequence} is not at its place: it stands further down` }
}

/** The line feeds between them were part of what was there. */
function joined(lines: readonly Buffer[]): readonly Buffer[] {
  return lines.flatMap((line, i) => (i === 0 ? [line] : [Buffer.from('\n'), line]))
}
