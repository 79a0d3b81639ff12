/** From the words of `holdfast revoke` to one entry of the list. A raw token is hashed here and goes no further. */
import { hash, randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import type { Result } from '../check/result.ts'
import { REVOCATION_KINDS, type Revocation, type RevocationKind } from '../check/revocation/revocation.ts'
import { normaliseRevocationValue } from '../check/revocation/revocation-value.ts'
import type { Config } from '../config/schema.ts'
import { looksLikeToken } from '../ledger/case/question.ts'
import { parseTime } from '../revocations/rfc3339.ts'
import type { Parsed } from './args.ts'
import type { Io } from './command.ts'
import { parseDuration } from './duration.ts'
import { faultOfShare } from './reach.ts'
import { furthestAhead, longestLife } from './revocation-lifetime.ts'
import { unknownKind } from './revocation-settings.ts'

export const REVOKE_OPTIONS = {
  issuer: 'string',
  'issued-before': 'string',
  expires: 'string',
  why: 'string',
  by: 'string',
  wait: 'string',
  to: 'string',
  'max-share': 'string',
  yes: 'boolean',
  config: 'string',
  json: 'boolean',
} as const

/** What was asked for, checked as far as that goes without a configuration. Undefined: the default is wanted. */
export interface Order {
  readonly kind: RevocationKind
  readonly value: string
  readonly issuer: string | undefined
  readonly issuedBeforeSeconds: number | undefined
  readonly lifeSeconds: number | undefined
  readonly why: string | undefined
  readonly by: string | undefined
}

export interface NewRevocation {
  readonly revocation: Revocation
  /** Why it never ends, where no end was asked for and none can be told. */
  readonly endless: string | undefined
}

const ID_BYTES = 6
const MAX_NOTE_LENGTH = 1024

/** The error says what is wrong and how to say it right. */
export async function readOrder(
  { values, positionals }: Parsed<typeof REVOKE_OPTIONS>,
  io: Io,
): Promise<Result<Order, string>> {
  const [kindText, given] = positionals
  if (kindText === undefined || given === undefined)
    return wrong('KIND and VALUE are needed; see holdfast revoke --help')
  const kind = REVOCATION_KINDS.find((name) => name === kindText)
  if (kind === undefined) return wrong(unknownKind(kindText))
  if (kind !== 'token' && looksLikeToken(given))
    return wrong(`VALUE is a whole token, not a ${kind}; use: revoke token`)
  const value = normaliseRevocationValue(kind, await listedValue(kind, given, io), values.issuer)
  if (!value.ok) return wrong(`VALUE ${value.error.message}`)
  const before = values['issued-before'] ?? 'now'
  const issuedBeforeSeconds = before === 'now' ? undefined : parseTime(before)
  if (before !== 'now' && issuedBeforeSeconds === undefined) {
    return wrong('--issued-before is no RFC 3339 time with its zone, such as 2026-11-23T10:00:00Z, and not now')
  }
  const lifeSeconds = values.expires === undefined ? undefined : parseDuration(values.expires)
  if (values.expires !== undefined && lifeSeconds === undefined) {
    return wrong('--expires is no duration such as 90s, 15m, 8h or 30d')
  }
  const waitFault = faultOfWait(values.wait)
  if (waitFault !== undefined) return wrong(waitFault)
  if (values.to !== undefined && values.to !== 'file' && values.to !== 'shared') return wrong('--to is file or shared')
  const shareFault = faultOfShare(values['max-share'])
  if (shareFault !== undefined) return wrong(shareFault)
  const long = (['why', 'by'] as const).find((name) => (values[name]?.length ?? 0) > MAX_NOTE_LENGTH)
  if (long !== undefined) return wrong(`--${long} is longer than ${MAX_NOTE_LENGTH} characters`)
  const by = values.by ?? userName(io)
  return {
    ok: true,
    value: { kind, value: value.value, issuer: values.issuer, issuedBeforeSeconds, lifeSeconds, why: values.why, by },
  }
}

/** The entry, with a new id and the defaults that the configuration gives. The error is for the operator. */
export function makeRevocation(order: Order, config: Config, nowSeconds: number): Result<NewRevocation, string> {
  const { kind, value, issuer, lifeSeconds, why, by } = order
  const named = kind === 'issuer' ? value : issuer
  const issuers = config.issuers.map((known) => known.issuer)
  if (named !== undefined && !issuers.includes(named)) {
    return wrong(`no issuer of the configuration is spelled so, nothing would match; there are ${issuers.join(', ')}`)
  }
  // A token that is named itself is meant even when its issuer's clock runs ahead of ours.
  const now = Math.floor(nowSeconds) + (kind === 'token' ? furthestAhead(config) : 0)
  const issuedBeforeSeconds = order.issuedBeforeSeconds ?? now
  const life = lifeSeconds === undefined ? longestLife(kind, config) : undefined
  const endSeconds =
    life === undefined ? nowSeconds + (lifeSeconds ?? 0) : lastMoment(life, issuedBeforeSeconds, nowSeconds)
  const revocation: Revocation = {
    id: `rv-${randomBytes(ID_BYTES).toString('hex')}`,
    kind,
    value,
    issuer,
    issuedBeforeSeconds,
    expiresAtSeconds: endSeconds === undefined ? undefined : Math.ceil(endSeconds),
    why,
    by,
    atSeconds: nowSeconds,
  }
  return { ok: true, value: { revocation, endless: life?.kind === 'endless' ? life.why : undefined } }
}

function lastMoment(life: ReturnType<typeof longestLife>, issuedBefore: number, now: number): number | undefined {
  return life.kind === 'endless' ? undefined : Math.max(issuedBefore, now) + life.seconds
}

/**
 * VALUE as the list has it. Standard input is always a token: pasting it there keeps it out of the history of the shell. A
 * certificate may be what `openssl x509 -noout -serial -issuer` prints, two lines.
 */
async function listedValue(kind: RevocationKind, given: string, io: Io): Promise<string> {
  if (kind === 'certificate') return given.trim().replace(/\s*\r?\n\s*/g, ' ')
  if (kind !== 'token') return given
  if (given !== '-') return looksLikeToken(given) ? sha256(given) : given
  const text = (await io.stdin()).trim()
  return text === '' || /^[0-9A-Fa-f]{64}$/.test(text) ? text : sha256(text)
}

function sha256(token: string): string {
  return hash('sha256', token)
}

/** Who it was, when no name is given. */
export function userName(io: Io): string | undefined {
  try {
    return io.env['USER'] ?? userInfo().username
  } catch {
    return undefined // a container's user often has no name
  }
}

/** What is wrong with `--wait`. */
export function faultOfWait(text: string | undefined): string | undefined {
  return text === undefined || /^\d{1,6}$/.test(text) ? undefined : '--wait is no whole number of seconds'
}

function wrong(message: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: message }
}
