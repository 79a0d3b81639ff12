/**
 * Writes one chain of audit records, to a file or to standard output. Decisions only put their record into a bounded queue; a
 * loop beside them writes. What cannot be kept is counted and told in the chain itself. A full disk or an unwritable file is
 * told, tried again, and harms nothing else.
 */
import { type AuditEvent, gapEvent, headEvent, startEvent, tornEvent } from '../../audit/audit-event.ts'
import { appendTo, GENESIS, type Link } from '../../audit/chain.ts'
import type { HeadSigner } from '../../audit/signing.ts'
import type { AuditOutput, AuditPlace } from './audit-output.ts'
import type { Torn } from './audit-tail.ts'

export interface AuditWriterOptions {
  readonly place: AuditPlace
  readonly version: string
  readonly maxFileBytes: number
  readonly headEverySeconds: number
  readonly signer: HeadSigner | undefined
  nowMs(): number
  /** Once as a problem begins, and once with undefined as it ends; in words that follow "the audit log". */
  onTrouble(problem: string | undefined): void
  /** The file was not as it was left; `what` in words. */
  onDisturbed(what: string): void
}

export interface AuditStats {
  readonly queued: number
  readonly dropped: number
  readonly problem: string | undefined
}

export interface AuditWriter {
  /** Never waits and never throws. */
  write(event: AuditEvent): void
  stats(): AuditStats
  /** Writes what waits and a last head. */
  close(): Promise<void>
}

/** About 2 KiB each. */
const MAX_QUEUED = 8_192
/** So few at once that no check waits long for the thread. */
const BATCH = 32
const FLUSH_EVERY_MS = 100
const RETRY_MS = 1_000
const HEAD_EVERY_RECORDS = 10_000

/** What was handed to the output; `taken` are records of the queue, `told` drops. */
interface Attempt {
  readonly link: Link
  readonly taken: number
  readonly told: number
}

export function openAuditWriter(options: AuditWriterOptions): AuditWriter {
  const { place, signer, nowMs } = options
  const queue: AuditEvent[] = []
  let output: AuditOutput | undefined
  let link: Link | undefined
  let attempts: readonly Attempt[] = []
  let [dropped, told, sinceHead, lastHeadMs, retryAtMs] = [0, 0, 0, nowMs(), 0]
  let problem: string | undefined
  let started = false
  let touched = false
  let running: Promise<void> | undefined

  function trouble(now: string | undefined): void {
    if (now !== problem) options.onTrouble(now)
    problem = now
  }

  /** The output has these. */
  function landed(all: readonly Attempt[]): void {
    for (const one of all) {
      link = one.link
      queue.splice(0, one.taken)
      told += one.told
      sinceHead++
    }
  }

  async function append(
    events: readonly { event: AuditEvent; taken?: number; told?: number }[],
    lead = '',
  ): Promise<void> {
    if (output === undefined) return
    let at = link ?? GENESIS
    let text = lead
    const made: Attempt[] = []
    for (const { event, taken = 0, told: tells = 0 } of events) {
      const sealed = appendTo(at, event, signer)
      at = sealed.link
      text += sealed.line
      made.push({ link: at, taken, told: tells })
    }
    attempts = made
    await output.append(text)
    attempts = []
    landed(made)
  }

  async function begin(): Promise<void> {
    output = await place.open(nowMs())
    const { tail, last } = output
    const found = attempts.findIndex((one) => one.link.sequence === last?.sequence && one.link.hash === last?.hash)
    // A write that failed may have put some of its records there.
    landed(attempts.slice(0, found + 1))
    attempts = []
    link ??= last
    if (output.setAside) options.onDisturbed('did not end with a record of ours: it was set aside')
    else if (last !== undefined && last.hash !== link?.hash) {
      options.onDisturbed('does not end with the last record that was written')
    }
    const starts = started ? [] : [{ event: startEvent(nowMs(), options.version) }]
    const events = [...tornEvents(tail.torn), ...starts]
    if (events.length > 0) await append(events, tail.ended ? '' : '\n')
    else if (!tail.ended) await output.append('\n')
    started = true
  }

  function tornEvents(torn: Torn | undefined): { event: AuditEvent }[] {
    return torn === undefined ? [] : [{ event: tornEvent(nowMs(), torn.bytes, torn.sha256) }]
  }

  async function end(): Promise<void> {
    const closing = output
    output = undefined
    await closing?.close().catch(() => undefined)
  }

  async function writeHead(): Promise<void> {
    if (sinceHead === 0) return
    await append([{ event: headEvent(nowMs()) }])
    await output?.sync()
    sinceHead = 0
    lastHeadMs = nowMs()
  }

  async function look(): Promise<void> {
    const state = await output?.state()
    // Once: another writer would fill the log.
    if (state === 'touched' && !touched) options.onDisturbed('was written to or cut by another hand')
    touched ||= state === 'touched'
    if (state !== 'moved') return
    options.onDisturbed('was moved or removed by another hand')
    await end()
  }

  async function rotate(): Promise<void> {
    if (output === undefined || link === undefined || output.size() < options.maxFileBytes) return
    await writeHead()
    await end()
    await place.rotate(link, nowMs())
    await begin()
  }

  async function flush(): Promise<void> {
    await look()
    if (output === undefined) await begin()
    do {
      await rotate()
      const gap = dropped - told
      const events = queue.slice(0, BATCH).map((event) => ({ event, taken: 1 }))
      const missing = gap > 0 ? [{ event: gapEvent(nowMs(), gap), told: gap }] : []
      // What was dropped came after what waits: the gap stands where the queue was full.
      const all = queue.length > BATCH ? events : [...events, ...missing]
      if (all.length > 0) await append(all)
      const due = sinceHead >= HEAD_EVERY_RECORDS || nowMs() - lastHeadMs >= options.headEverySeconds * 1000
      if (due) await writeHead()
    } while (queue.length > 0)
    trouble(undefined)
  }

  async function run(): Promise<void> {
    try {
      await flush()
    } catch (error) {
      await end()
      retryAtMs = nowMs() + RETRY_MS
      trouble(`cannot be written: ${wordsOf(error)}`)
    }
  }

  function tick(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }

  const timer = setInterval(() => {
    if (nowMs() >= retryAtMs) void tick()
  }, FLUSH_EVERY_MS).unref()

  return {
    write(event) {
      if (queue.length < MAX_QUEUED) queue.push(event)
      else dropped++
    },
    stats: () => ({ queued: queue.length, dropped, problem }),
    async close() {
      clearInterval(timer)
      await running
      await tick()
      if (problem === undefined) await writeHead().catch((error) => trouble(`cannot be written: ${wordsOf(error)}`))
      // Nobody will write them any more.
      dropped += queue.splice(0).length
      await end()
    },
  }
}

/** The code of the system, or our own words: no path, nothing of a record. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error'
  return 'code' in error ? `the system says ${String(error.code)}` : error.message
}
