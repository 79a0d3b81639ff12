/**
 * One replica for kill-switch.ts, with the list as the server has it and no other part: looks a session up every few
 * milliseconds, and in the moment in which a change was applied. Arguments: URL of the store, its own name. A line with a
 * session is answered by a line when the watch begins, and by one with two times when it is refused: the end of the last
 * look-up that passed, and of the first that did not, in nanoseconds of the clock that all processes of a machine share.
 */
import { createInterface } from 'node:readline'
import { listServer } from '../../src/adapters/redis/revocation/list-connection.ts'
import { makeSharedRevocations } from '../../src/adapters/redis/revocation/shared-revocations.ts'
import { BLANK_QUERY } from '../../src/check/revocation/revocation.ts'

const LOOK_INTERVAL_MS = 5
const MAX_STALENESS_MS = 10_000
const [url = '', replicaId = ''] = process.argv.slice(3)

let watched: string | undefined
let lastPassedNs = 0n
let serves = false
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const list = makeSharedRevocations({
  server: listServer({ url, prefix: 'holdfast:' }),
  replicaId,
  clock: { nowMs: Date.now },
  maxStalenessMs: MAX_STALENESS_MS,
  events: {
    applied: () => look(),
    entryRefused: ({ message }) => fail(message),
    disconnected: (why) => {
      // While fifty processes start at once some wait too long for their first connection, and try again.
      if (serves) fail(why)
    },
    connected: () => {
      serves = true
      say('ready')
    },
    restored: () => fail('the server lost entries'),
  },
})

/** A figure of a replica that was cut off would be worth nothing. */
function fail(why: string): void {
  process.stderr.write(`${replicaId}: ${why}\n`)
  process.exit(1)
}

function look(): void {
  if (watched === undefined) return
  const { kind } = list.find(queryOf(watched), Date.now() / 1000)
  const nowNs = process.hrtime.bigint()
  if (kind === 'clear') lastPassedNs = nowNs
  if (kind !== 'revoked') return
  say(`${lastPassedNs} ${nowNs}`)
  watched = undefined
}

function queryOf(sessionId: string): Parameters<typeof list.find>[0] {
  return {
    ...BLANK_QUERY,
    tokenSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    issuer: 'https://as.example.com',
    sessionId,
    subject: 'deployer',
    issuedAtSeconds: 1,
  }
}

createInterface({ input: process.stdin }).on('line', (session) => {
  watched = session
  say('watching')
})
process.once('SIGTERM', () => void list.close().then(() => process.exit(0)))
setInterval(look, LOOK_INTERVAL_MS)
list.start()
