/**
 * The ledger's own connection, opened when it is needed and again after it broke. A call without one fails within its
 * deadlines, and at once while the last failure is fresh: whoever calls drops what it had, and counts it.
 */
import type { CommandLine, Connection, Reply } from '../connection.ts'
import { ListTrouble } from '../revocation/list-connection.ts'
import { troubleOf } from '../trouble.ts'
import { waitBeforeAttemptMs, within } from '../waiting.ts'

export interface LedgerLink {
  /** The answers in order, errors of single commands among them. Rejects with ListTrouble when the server fails us as a whole. */
  try(commands: readonly CommandLine[]): Promise<readonly Reply[]>
  /** As `try`; any error rejects, but for that of a key that holds something else. */
  ask(commands: readonly CommandLine[]): Promise<readonly Reply[]>
  close(): void
}

const ANSWER_MS = 2_000

/** @param open rejects with ListTrouble, in bounded time */
export function makeLedgerLink(open: () => Promise<Connection>): LedgerLink {
  let current: Promise<Connection> | undefined
  let failures = 0
  let resumeMs = Number.NEGATIVE_INFINITY
  let lastTrouble = 'no connection to the server'
  let closed = false

  function connect(): Promise<Connection> {
    if (closed) return Promise.reject(new ListTrouble('the ledger is closed'))
    if (current !== undefined) return current
    if (performance.now() < resumeMs) return Promise.reject(new ListTrouble(lastTrouble))
    const opening = open()
    current = opening
    opening.then(
      (connection) => {
        if (closed) connection.close()
        void connection.closed.then(() => forget(opening))
      },
      (error: unknown) => fail(opening, error instanceof Error ? error.message : lastTrouble),
    )
    return opening
  }

  function forget(one: Promise<Connection>): void {
    if (current === one) current = undefined
  }

  function fail(one: Promise<Connection>, detail: string): void {
    if (current !== one) return
    current = undefined
    lastTrouble = detail
    resumeMs = performance.now() + waitBeforeAttemptMs(++failures + 1, Math.random())
  }

  async function attempt(commands: readonly CommandLine[]): Promise<readonly Reply[]> {
    const opening = connect()
    const connection = await opening
    const drop = (detail: string): ListTrouble => {
      fail(opening, detail)
      connection.close()
      return new ListTrouble(detail)
    }
    // As octets: records are no UTF-8. Names of keys and members are ASCII but for the prefix.
    const replies = await within(ANSWER_MS, connection.send(commands, 'latin1'))
    if (replies === undefined) throw drop('the server does not answer')
    for (const reply of replies) {
      const trouble = reply instanceof Error ? troubleOf(reply) : undefined
      if (trouble?.endsTrust === true || trouble?.misplaced === true) throw drop(trouble.detail)
    }
    failures = 0
    return replies
  }

  return {
    try: attempt,
    async ask(commands) {
      const replies = await attempt(commands)
      for (const reply of replies) if (reply instanceof Error && !isWrongType(reply)) throw troubleFrom(reply)
      return replies
    },
    close() {
      closed = true
      void current?.then(
        (connection) => connection.close(),
        () => undefined,
      )
    },
  }
}

export function troubleFrom(error: Error): ListTrouble {
  return new ListTrouble(troubleOf(error).detail)
}

/** The key holds another type than the command is for. */
export function isWrongType(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith('WRONGTYPE ')
}
