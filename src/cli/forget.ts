/** `holdfast forget`: takes what is kept of a subject out of the ledger, where somebody has the right to that. */
import { subjectName } from '../ledger/case/question.ts'
import { counted } from '../ledger/case/show.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { loadForLedger, openShared, type SharedLedger } from './ledger-reader.ts'
import { wrongUse } from './revocation-settings.ts'

const NAME = 'forget'
/** Sessions that are counted before the question; all are forgotten, however many. */
const MAX_COUNTED = 1_000

export const command: Command = {
  name: NAME,
  summary: 'remove what the ledger keeps of a subject',
  help: `Usage: holdfast forget subject VALUE --yes [options]

Removes the sessions and incidents of this subject from the ledger in Redis, of all issuers. Without --yes it says how
many sessions there are, and removes nothing. Evidence of an incident goes with them, and nobody can bring it back.

The audit log is not touched: it is a chain of hashes that would break, and has its own retention. Revocations stand as
they are. What the subject uses from then on is remembered anew.

The embedded ledger (store.kind: memory) is forgotten when the server restarts, and cannot be written from here.

  --yes           do it
  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          how many were removed as JSON

Examples:
  holdfast forget subject ada@example.com
  holdfast forget subject ada@example.com --yes

Exit codes: 0 done, 1 nothing is known of it, or it needs --yes, 2 wrong use or configuration, 3 the ledger cannot be
reached.
`,
  async run(args, io) {
    const options = { yes: 'boolean', config: 'string', json: 'boolean' } as const
    const parsed = readArgs(args, options, ['subject', 'VALUE'])
    if (!parsed.ok) return wrongUse(NAME, parsed.message, io)
    const [what, value] = parsed.positionals
    if (what !== 'subject') return wrongUse(NAME, 'say what to forget: subject VALUE', io)
    if (value === undefined || value === '') return wrongUse(NAME, 'VALUE is missing: the subject of the tokens', io)
    const { yes = false, config, json = false } = parsed.values
    const loaded = await loadForLedger(NAME, config, io)
    if (!loaded.ok) return loaded.exitCode
    if (loaded.value.config.store.kind === 'memory') {
      return wrongUse(NAME, 'the embedded ledger stands in the memory of the server: a restart forgets it', io)
    }
    const opened = await openShared(NAME, loaded.value, io)
    if (!opened.ok) return opened.exitCode
    const ledger = opened.value
    try {
      return await (yes ? remove(ledger, value, json, io) : count(ledger, value, json, io))
    } finally {
      await ledger.store.close()
    }
  },
}

async function count({ store, names }: SharedLedger, value: string, json: boolean, io: Io): Promise<number> {
  const found = await store.sessionsBy({ relation: 'subject', value: subjectName(value, names) }, MAX_COUNTED)
  if (!found.ok) return unreachable(found.detail, io)
  const { found: sessions, more } = found.value
  if (json) io.out(`${JSON.stringify({ removed: false, sessions: sessions.length, more })}\n`)
  else {
    const are = sessions.length === 1 ? 'is' : 'are'
    io.out(`${more ? 'at least ' : ''}${counted(sessions.length, 'session')} ${are} kept of it; nothing was removed\n`)
  }
  io.err(`holdfast ${NAME}: add --yes to remove them, with their incidents\n`)
  return EXIT.notSo
}

async function remove({ store, names }: SharedLedger, value: string, json: boolean, io: Io): Promise<number> {
  const removed = await store.forgetSubject(subjectName(value, names))
  if (!removed.ok) return unreachable(removed.detail, io)
  const { sessions, incidents } = removed.value
  if (json) io.out(`${JSON.stringify({ removed: true, sessions, incidents })}\n`)
  else {
    const what = `${counted(sessions, 'session')} and ${counted(incidents, 'incident')}`
    io.out(`forgot ${what}; the audit log is not touched\n`)
  }
  return sessions + incidents > 0 ? EXIT.done : EXIT.notSo
}

function unreachable(detail: string, io: Io): number {
  io.err(`holdfast ${NAME}: the ledger cannot be reached: ${detail}\n`)
  return EXIT.unreachable
}
