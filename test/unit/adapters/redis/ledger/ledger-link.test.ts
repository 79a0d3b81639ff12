/** The ledger's own connection: opened when needed, again after it broke, and not over and over while there is none. */
import { describe, expect, it } from 'vitest'
import type { Connection, Reply } from '../../../../../src/adapters/redis/connection.ts'
import { makeLedgerLink } from '../../../../../src/adapters/redis/ledger/ledger-link.ts'
import { ListTrouble } from '../../../../../src/adapters/redis/revocation/list-connection.ts'

/** Answers each command with the next of `replies`; undefined: the connection broke. */
function connection(replies: readonly (Reply | undefined)[]): Connection & { breaks(): void; isClosed(): boolean } {
  const left = [...replies]
  let closed = false
  let breaks = (): void => undefined
  const gone = new Promise<void>((resolve) => {
    breaks = resolve
  })
  return {
    async send(commands) {
      const answers = commands.map(() => left.shift())
      return answers.every((answer) => answer !== undefined) ? answers : undefined
    },
    closed: gone,
    close() {
      closed = true
    },
    breaks: () => breaks(),
    isClosed: () => closed,
  }
}

const PING = [['ping']] as const

describe('makeLedgerLink', () => {
  it('opens once for calls at the same time, and keeps the connection', async () => {
    let opened = 0
    const link = makeLedgerLink(async () => {
      opened++
      return connection(['a', 'b', 'c'])
    })
    expect(await Promise.all([link.ask(PING), link.ask(PING)])).toEqual([['a'], ['b']])
    expect(await link.ask(PING)).toEqual(['c'])
    expect(opened).toBe(1)
  })

  it('one that broke fails its call, is closed, and the next call opens another', async () => {
    const connections = [connection(['a']), connection(['b'])]
    let opened = 0
    const link = makeLedgerLink(async () => connections[opened++] ?? connection([]))
    await link.ask(PING)
    await expect(link.ask(PING)).rejects.toThrow('the server does not answer')
    expect(connections[0]?.isClosed()).toBe(true)
    await expect(link.ask(PING)).rejects.toThrow(ListTrouble)
    expect(opened).toBe(1)
  })

  it('one that went away while nobody asked costs no call', async () => {
    const connections = [connection(['a']), connection(['b'])]
    let opened = 0
    const link = makeLedgerLink(async () => connections[opened++] ?? connection([]))
    await link.ask(PING)
    connections[0]?.breaks()
    await Promise.resolve()
    await Promise.resolve()
    expect(await link.ask(PING)).toEqual(['b'])
  })

  it('while the last failure is fresh a call fails at once, with its detail', async () => {
    let opened = 0
    const link = makeLedgerLink(async () => {
      opened++
      throw new ListTrouble('no connection to the server')
    })
    for (let i = 0; i < 5; i++) await expect(link.ask(PING)).rejects.toThrow('no connection to the server')
    expect(opened).toBe(1)
  })

  it.each([
    ["READONLY You can't write", 'the server is a replica: read-only', true],
    ['MOVED 1 127.0.0.1:1', 'the slot moved to another server', true],
    ['OOM command not allowed', 'the server is full: maxmemory', false],
  ])('%s: fails in constant words; dropped: %s %s', async (message, detail, dropped) => {
    const one = connection([new Error(message), 'fine'])
    const link = makeLedgerLink(async () => one)
    await expect(link.ask(PING)).rejects.toThrow(detail)
    expect(one.isClosed()).toBe(dropped)
    if (!dropped) expect(await link.ask(PING)).toEqual(['fine'])
  })

  it('a key that holds another type is an answer, not a failure', async () => {
    const wrong = new Error('WRONGTYPE Operation against a key')
    const link = makeLedgerLink(async () => connection([wrong]))
    expect(await link.ask(PING)).toEqual([wrong])
  })

  it('closed, it closes its connection and opens no other', async () => {
    const one = connection(['a'])
    const link = makeLedgerLink(async () => one)
    await link.ask(PING)
    link.close()
    await Promise.resolve()
    await Promise.resolve()
    expect(one.isClosed()).toBe(true)
    one.breaks()
    await expect(link.ask(PING)).rejects.toThrow('the ledger is closed')
  })
})
