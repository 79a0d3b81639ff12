/** `holdfast investigate`: was it created here, stolen, forwarded or replayed, and what of it is still alive. */
import { hash } from 'node:crypto'
import { caseMarkdown } from '../ledger/case/case-markdown.ts'
import { caseText } from '../ledger/case/case-text.ts'
import { INVESTIGATE_KINDS, looksLikeToken, readQuestion } from '../ledger/case/question.ts'
import { readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { openReader } from './ledger-reader.ts'
import { wrongUse } from './revocation-settings.ts'

const NAME = 'investigate'

export const command: Command = {
  name: NAME,
  summary: 'say of a token, session, key or identity whether it was stolen, and what of it is alive',
  help: `Usage: holdfast investigate KIND VALUE [options]

Looks up what the ledger knows and judges it: one finding, proven or suspected and by what; the evidence for it and
against it; what is not known; the two senders side by side; a timeline; what the same identity, key or workload
has still alive; what is revoked already, by the list that is in force; and the commands that would contain it, the
narrowest first.

KIND is one of ${INVESTIGATE_KINDS.join(', ')}.

  token         its SHA-256 as hex, or the token itself: it is hashed at once, not kept and not printed
  jti, session  with --issuer; without, all issuers of the configuration are tried. A session is the value of
                x-holdfast-session, or the id that holdfast sessions prints
  key           RFC 7638 thumbprint
  certificate   x5t#S256, or the SHA-256 fingerprint as hex
  peer          SPIFFE ID of who sent it, or whose token it is; workload is the same
  trust-domain  of its senders and holders, such as example.org
  subject, client, issuer, address
                as they stand in the token, or as Envoy saw it
  decision      the id in a denial and in the log; the ledger keeps those that made an incident

"-" as VALUE reads it from standard input: a token pasted there stays out of the history of the shell. Put -- before
a VALUE that starts with a dash. The commands that are printed name the session by its sid or jti; neither is a secret
that opens anything.

With store.kind: redis it reads the ledger there; else it asks the server that runs here, whose console must be enabled.

  --issuer URL    whose jti or session it is; of a subject or client: only this issuer's
  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          the whole case as JSON
  --markdown      the case for a ticket

Examples:
  pbpaste | holdfast investigate token -
  holdfast investigate session 08a5019c-17e1-4977-8f42-65a12843ea02 --issuer https://as.example.com
  holdfast investigate peer spiffe://example.org/ns/ci/sa/runner --markdown

Exit codes: 0 found, 1 nothing is known of it, 2 wrong use or configuration, 3 the ledger cannot be read.
`,
  async run(args, io) {
    const options = { issuer: 'string', config: 'string', json: 'boolean', markdown: 'boolean' } as const
    const parsed = readArgs(args, options, ['KIND', 'VALUE'])
    if (!parsed.ok) return wrongUse(NAME, `${parsed.message}; put -- before a VALUE that starts with a dash`, io)
    const { issuer, config, json = false, markdown = false } = parsed.values
    if (json && markdown) return wrongUse(NAME, '--json and --markdown exclude each other', io)
    const [kind, given] = parsed.positionals
    if (kind === undefined || given === undefined) {
      return wrongUse(NAME, 'KIND and VALUE are needed; holdfast investigate --help shows how', io)
    }
    const asked = readQuestion(kind, await readValue(kind, given, io), issuer)
    if (!asked.ok) return wrongUse(NAME, asked.error, io)
    const opened = await openReader(NAME, config, io)
    if (!opened.ok) return opened.exitCode
    const reader = opened.value
    try {
      const made = await reader.case(asked.value)
      if (!made.ok) {
        if (made.fault === 'wrongUse') return wrongUse(NAME, made.detail, io)
        io.err(`holdfast ${NAME}: the ledger cannot be read: ${made.detail}\n`)
        return EXIT.unreachable
      }
      const found = made.value
      io.out(json ? `${JSON.stringify(found, null, 2)}\n` : markdown ? caseMarkdown(found) : caseText(found))
      return found.sessions.length + found.incidents.length > 0 ? EXIT.done : EXIT.notSo
    } finally {
      await reader.close()
    }
  },
}

/** A whole token is hashed here and goes no further; what is pasted as one on standard input always is. */
async function readValue(kind: string, given: string, io: Io): Promise<string> {
  if (given !== '-') return kind === 'token' && looksLikeToken(given) ? hash('sha256', given.trim()) : given
  const text = (await io.stdin()).trim()
  return kind !== 'token' || text === '' || /^[0-9A-Fa-f]{64}$/.test(text) ? text : hash('sha256', text)
}
