/**
 * Keeps a vouched connection to one server, and sends marks over it: all of one turn of the event loop in one write. While
 * there is no such connection every mark is refused at once, and a probe looks for one in the background.
 */
import type { Connection } from './connection.ts'
import type { Link, LinkOptions, LinkState } from './link-types.ts'
import { commandsFor, judge, type PendingMark } from './pending-mark.ts'
import type { ServerInfo } from './server-info.ts'
import { type VouchOutcome, vouch } from './vouch.ts'
import { sleep, waitBeforeAttemptMs, within } from './waiting.ts'

interface Live {
  readonly connection: Connection
  info: ServerInfo
  /** The tags whose epochs were found or made over this connection. */
  readonly vouched: Set<string>
  /** One look at a time; what comes meanwhile waits for it. */
  looking: Promise<void> | undefined
}

/** An attempt to connect may take this long at least; with the longest wait between two, recovery stays below a second. */
const ATTEMPT_MS = 400
const ATTEMPT_COMMANDS = 2
/** A connection that lived shorter than this is a failed attempt: no hurry to make the next. */
const STEADY_MS = 1_000
/** Clocks, role and eviction policy are looked at again, and a loss seen without traffic. */
const PULSE_MS = 1_000
const NO_ANSWER = { kind: 'refused', detail: 'the server does not answer' } as const

export function makeLink(options: LinkOptions): Link {
  const { names, epochs, commandTimeoutMs, nowMs } = options
  const attemptMs = Math.max(ATTEMPT_MS, ATTEMPT_COMMANDS * commandTimeoutMs)
  const stopped = new AbortController()
  let tags: readonly string[] = []
  let live: Live | undefined
  let gathering: PendingMark[] | undefined
  /** In flight when a connection broke: sent once more over the next one, if it comes in time. */
  let lost: PendingMark[] = []
  let clocksWereOff = false
  let state: LinkState = {
    connected: false,
    detail: 'not connected yet',
    refusing: undefined,
    role: '',
    evictionPolicy: '',
    clockDifferenceMs: 0,
  }

  function show(change: Partial<LinkState>): void {
    state = { ...state, ...change }
    if (!stopped.signal.aborted) options.onChange()
  }

  /** Takes over what was found out about `looked` tags; constant words when the connection may not serve. */
  function takeUp(outcome: VouchOutcome, looked: readonly string[]): string | undefined {
    const { info, clockDifferenceMs } = outcome.kind === 'vouched' ? outcome.vouched : outcome
    if (info !== undefined) state = { ...state, role: info.role, evictionPolicy: info.evictionPolicy }
    if (clockDifferenceMs !== undefined) state = { ...state, clockDifferenceMs }
    if (outcome.kind === 'refused') {
      clocksWereOff ||= clockDifferenceMs !== undefined
      return outcome.detail
    }
    const { epochs: found, replaced } = outcome.vouched
    let fenced = false
    for (const [tag, epoch] of found) fenced = epochs.adopt(tag, epoch, nowMs()) || fenced
    for (const [tag, times] of replaced) if (found.has(tag)) epochs.replaced(tag, times)
    if (clocksWereOff) {
      // Marks may have ended too early meanwhile. Only now is there a time that both agree on.
      clocksWereOff = false
      epochs.raise(nowMs(), 0)
      fenced = true
    }
    if (fenced) options.onFenced()
    if (found.size < looked.length) options.onMisplaced()
    return undefined
  }

  function drop(from: Live, detail: string): void {
    if (live !== from) return
    live = undefined
    from.connection.close()
    show({ connected: false, detail })
  }

  /** Looks at the live connection again: an epoch was not found, there is more to vouch for, or it is time to. */
  function lookAgain(at: Live, looked: readonly string[]): Promise<void> {
    at.looking ??= within(attemptMs, vouch(at.connection, looked, options)).then((found) => {
      at.looking = undefined
      if (live !== at) return
      const outcome = found ?? NO_ANSWER
      const unfit = takeUp(outcome, looked)
      if (unfit !== undefined || outcome.kind === 'refused') {
        drop(at, unfit ?? '')
        return
      }
      at.info = outcome.vouched.info
      for (const tag of looked) at.vouched.delete(tag)
      for (const tag of outcome.vouched.epochs.keys()) at.vouched.add(tag)
      options.onChange()
    })
    return at.looking
  }

  async function send(marks: readonly PendingMark[]): Promise<void> {
    const at = live
    if (at === undefined) {
      for (const mark of marks) mark.settle({ kind: 'unavailable', detail: state.detail })
      return
    }
    const { commands, tags: asked } = commandsFor(marks, names, at.info.identity)
    for (const mark of marks) mark.sendsLeft--
    const replies = await at.connection.send(commands)
    if (replies === undefined) {
      drop(at, 'the connection broke')
      retryLater(marks)
      return
    }
    const epochOf = new Map(asked.map((tag, i) => [tag, replies[marks.length + i] ?? null]))
    for (const [i, mark] of marks.entries()) {
      const disowned = epochs.disowned(mark.tag) !== undefined
      const verdict = judge(mark, replies[i] ?? null, epochOf.get(mark.tag) ?? null, disowned)
      if (verdict.kind !== 'trouble' && state.refusing !== undefined) show({ refusing: undefined })
      if (verdict.kind === 'settled') mark.settle(verdict.outcome)
      else if (verdict.kind === 'lost') void fence(mark, at)
      else {
        const { detail, endsTrust, misplaced } = verdict.trouble
        mark.settle({ kind: 'unavailable', detail })
        if (endsTrust) drop(at, detail)
        else if (!misplaced) show({ refusing: detail })
        if (misplaced) {
          at.vouched.delete(mark.tag)
          options.onMisplaced()
        }
      }
    }
  }

  /** `fenced` is said only when the new epoch is known: the nonce that the caller hands out must be of that one. */
  async function fence(mark: PendingMark, at: Live): Promise<void> {
    // Twice: the first may have been under way before the loss, or about other tags.
    for (let look = 0; look < 2 && epochs.current(mark.tag) === mark.epoch; look++) await lookAgain(at, tags)
    const known = epochs.current(mark.tag) !== mark.epoch
    mark.settle(known ? { kind: 'fenced' } : { kind: 'unavailable', detail: 'the memory was lost just now' })
  }

  function retryLater(marks: readonly PendingMark[]): void {
    for (const mark of marks) {
      if (mark.sendsLeft > 0) lost.push(mark)
      else mark.settle({ kind: 'unavailable', detail: 'the connection broke' })
    }
  }

  /** All marks of this turn, when it ends. */
  function flush(): void {
    const marks = gathering ?? []
    gathering = undefined
    const at = live
    void send(marks)
    expireLater(marks, () => {
      lost = lost.filter((mark) => !mark.settled)
      if (at !== undefined) drop(at, 'the server does not answer')
    })
  }

  function expireLater(marks: readonly PendingMark[], onLate: () => void): void {
    const expire = (): void => {
      const late = marks.filter((mark) => !mark.settled)
      if (late.length === 0) return
      for (const mark of late)
        mark.settle({ kind: 'unavailable', detail: 'no answer within store.redis.commandTimeoutMs' })
      onLate()
    }
    // A turn later: if it was us who stood still, the answer lies in the socket and is read before. The timer is left to
    // run: to clear it would cost more.
    setTimeout(() => setImmediate(expire), commandTimeoutMs)
  }

  async function run(): Promise<void> {
    for (let attempt = 0, failures = 0; !stopped.signal.aborted; attempt++) {
      const connected = await connect(attempt)
      const sinceMs = performance.now()
      if (connected !== undefined) {
        await connected.connection.closed
        drop(connected, 'the connection broke')
      }
      failures = connected !== undefined && performance.now() - sinceMs >= STEADY_MS ? 0 : failures + 1
      await sleep(waitBeforeAttemptMs(failures, Math.random()), stopped.signal)
    }
  }

  async function connect(attempt: number): Promise<Live | undefined> {
    const giveUp = AbortSignal.any([stopped.signal, AbortSignal.timeout(attemptMs)])
    const connection = await options.open(attempt, giveUp).catch(() => undefined)
    if (connection === undefined) {
      show({ detail: 'no connection to the server' })
      return undefined
    }
    const looked = tags
    const outcome = (await within(attemptMs, vouch(connection, looked, options))) ?? NO_ANSWER
    const unfit = stopped.signal.aborted ? 'stopped' : takeUp(outcome, looked)
    if (unfit !== undefined || outcome.kind === 'refused') {
      connection.close()
      show({ detail: unfit ?? '' })
      return undefined
    }
    const { info, epochs: found } = outcome.vouched
    live = { connection, info, vouched: new Set(found.keys()), looking: undefined }
    show({ connected: true, detail: 'connected' })
    const again = lost.filter((mark) => !mark.settled)
    lost = []
    if (again.length > 0) void send(again)
    serve(tags)
    return live
  }

  function serve(next: readonly string[]): void {
    tags = next
    const at = live
    const missing = tags.filter((tag) => at?.vouched.has(tag) === false)
    if (at !== undefined && missing.length > 0) void lookAgain(at, missing)
  }

  /** In a cluster each mark reads the epoch of its own tag; to read all of them every second would be too much. */
  const pulse = setInterval(() => {
    if (live !== undefined) void lookAgain(live, tags.length === 1 ? tags : [])
  }, PULSE_MS)

  return {
    start() {
      void run()
    },
    mark(mark) {
      if (live === undefined || !live.vouched.has(mark.tag)) {
        const detail = live === undefined ? state.detail : 'the slot is moving to another server'
        mark.settle({ kind: 'unavailable', detail })
        return
      }
      if (epochs.disowned(mark.tag) !== undefined) {
        void fence(mark, live)
        expireLater([mark], () => undefined)
        return
      }
      if (gathering === undefined) {
        gathering = []
        setImmediate(flush)
      }
      gathering.push(mark)
    },
    serve,
    vouchesFor: (tag) => live?.vouched.has(tag) === true,
    state: () => state,
    stop() {
      clearInterval(pulse)
      stopped.abort()
      if (live !== undefined) drop(live, 'stopped')
    },
  }
}
