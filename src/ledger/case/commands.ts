/**
 * The commands that would contain it, the narrowest first, each with what it cuts off. Values come from tokens of others:
 * each is quoted for a POSIX shell, and what cannot stand in a command line as it is gives no command at all.
 */
import type { RevocationKind } from '../../check/revocation/revocation.ts'
import { normaliseRevocationValue } from '../../check/revocation/revocation-value.ts'
import type { SessionRecord } from '../session-record.ts'
import type { Case, Finding, FindingName } from './case.ts'
import type { Material } from './material.ts'
import { sessionOf } from './missing.ts'
import { isHashedSubject, looksLikeToken } from './question.ts'
import { counted, showTime } from './show.ts'
import type { Weighed } from './weigh.ts'

type Command = Case['commands'][number]

const MAX_OF_A_KIND = 5
/** Another than its holder uses the session although it is bound to the key: so the key was copied with the token. */
const KEY_IS_OUT: ReadonlySet<FindingName> = new Set(['cloned', 'forwarded', 'concurrent use'])
const KEY_OUT_FOR_DAYS = 30
const DAY_MS = 86_400_000

/** Only what would match something that is still alive. @param main what the finding is made of */
export function commandsOf(material: Material, finding: Finding, main: Weighed | undefined): readonly Command[] {
  const { sessions, alive, handles, aliveMore, inForce } = material
  const living = sessions.filter(inForce.isAlive)
  const all = [...new Map([...living, ...alive.map(({ session }) => session)].map((one) => [one.id, one])).values()]
  const reach = (matches: (session: SessionRecord) => boolean): string => {
    const count = all.filter(matches).length
    return `${aliveMore ? 'at least ' : ''}${counted(count, 'session')} known to be alive`
  }
  const commands: (Command | undefined)[] = [
    ...living.slice(0, MAX_OF_A_KIND).map((session) => revokeOne(session, handles.get(session.id))),
    ...distinct(living.map((session) => session.keyThumbprint)).map((key) =>
      revokeKey(
        key,
        material.nowMs,
        KEY_IS_OUT.has(finding.name),
        reach((one) => one.keyThumbprint === key),
      ),
    ),
    ...distinct(living.map((session) => session.certificateThumbprint)).map((certificate) =>
      revoke(
        'certificate',
        certificate,
        undefined,
        `all that is bound to or sent with this certificate: ${reach((one) => one.certificateThumbprint === certificate)}`,
      ),
    ),
    ...broader(living, 'subject', reach),
    ...broader(living, 'client', reach),
    ...ofTheAccused(material, finding, main),
  ]
  return commands.filter((command) => command !== undefined)
}

function revokeOne({ handle, issuer, id }: SessionRecord, value: string | undefined): Command | undefined {
  return value === undefined ? undefined : revoke(handle.kind, value, issuer, `this one session (${id})`)
}

/** Where the key is out, tokens that are issued for it later must not pass either: a refresh would else undo it. */
function revokeKey(key: string, nowMs: number, isOut: boolean, reach: string): Command | undefined {
  if (!isOut) return revoke('key', key, undefined, `all tokens bound to this key: ${reach}`)
  const until = showTime(nowMs + KEY_OUT_FOR_DAYS * DAY_MS)
  const cutsOff = `all tokens bound to this key, those issued for it until ${until} too: ${reach}`
  const made = revoke('key', key, undefined, cutsOff)
  return (
    made && { ...made, command: made.command.replace('holdfast revoke', `holdfast revoke --issued-before=${until}`) }
  )
}

/** Subject and client are only unique with their issuer. */
function broader(
  living: readonly SessionRecord[],
  kind: 'subject' | 'client',
  reach: (matches: (session: SessionRecord) => boolean) => string,
): readonly (Command | undefined)[] {
  const pairs = distinct(
    living.map((one) => (one[kind] === undefined ? undefined : JSON.stringify([one.issuer, one[kind]]))),
  )
  return pairs.map((pair) => {
    const [issuer, value] = JSON.parse(pair) as [string, string]
    // Kept as a hash, it cannot be named here: whoever knows the subject can revoke it.
    if (kind === 'subject' && isHashedSubject(value)) return undefined
    const count = reach((one) => one.issuer === issuer && one[kind] === value)
    return revoke(kind, value, issuer, `everything of this ${kind}: ${count}`)
  })
}

/** The workload that has no business with the session, where one is accused by its SPIFFE ID. */
function ofTheAccused(
  { sessions, inForce }: Material,
  { accuses }: Finding,
  main: Weighed | undefined,
): readonly (Command | undefined)[] {
  if (!accuses || main === undefined) return []
  const { incident, name, parties } = main
  const { peer } = parties.right
  // Of two that use a session side by side nobody knows which is the rightful one.
  if (peer === undefined || peer === incident.holder || name === 'concurrent use') return []
  const issuedAtSeconds = sessionOf(incident, sessions)?.issuedAtSeconds ?? incident.atMs / 1000
  if (inForce.ofSender({ peer, certificate: undefined }, issuedAtSeconds).length > 0) return []
  return [revoke('workload', peer, undefined, 'all that this workload sends, its own sessions included')]
}

function revoke(kind: RevocationKind, value: string, issuer: string | undefined, cutsOff: string): Command | undefined {
  const normal = normaliseRevocationValue(kind, value, issuer)
  if (!normal.ok || !isShowable(value) || (issuer !== undefined && !isShowable(issuer))) return undefined
  // `revoke` reads a token from standard input for `-`, and hashes what looks like one.
  if (kind === 'token' && (value === '-' || looksLikeToken(value))) return undefined
  if (kind !== 'token' && looksLikeToken(value)) return undefined
  const narrowed = issuer === undefined ? '' : ` --issuer=${quoted(issuer)}`
  const end = value.startsWith('-') ? ' --' : ''
  return { command: `holdfast revoke${narrowed} ${kind}${end} ${quoted(value)}`, cutsOff }
}

/** What a terminal shows as it is: invisible characters would be copied wrongly, or not seen at all. */
function isShowable(text: string): boolean {
  return !/\p{C}|\p{Zl}|\p{Zp}/u.test(text)
}

/** For a POSIX shell; exported for its test. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))].slice(0, MAX_OF_A_KIND)
}
