/** What takes an attacker more than one step. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '../scenario.ts'
import { type Attempt, attempt, type Exchange, freshProof, type Session, type Stage } from '../session.ts'
import type { Answer } from '../target/target.ts'
import { WORKLOADS, type WorkloadName } from '../world/workloads.ts'
import { revokeSession } from './revoke-session.ts'

const TRIES_WHEN_LATE = 3
const CLONE_PAUSE_MS = 1_500
const CLONE_PATIENCE_MS = 50_000
const HONEST_REFUSED = 'the honest request was refused'

/** The holder works; then the same request comes with what the thief does otherwise. */
export async function afterTheHolder(
  stage: Stage,
  session: Session,
  request: Attempt,
  thief: Attempt,
): Promise<Finding> {
  const { answer } = await attempt(stage, session, request)
  if (answer.status !== 200) return { answer, fault: HONEST_REFUSED, session }
  return attempt(stage, session, { ...request, ...thief })
}

/** The holder sends; somebody who saw it sends the same bytes again. */
export async function recordedThenSentAs(
  stage: Stage,
  session: Session,
  request: Attempt,
  thief: WorkloadName,
): Promise<Finding> {
  const { answer, proof } = await attempt(stage, session, request)
  if (answer.status !== 200) return { answer, fault: HONEST_REFUSED, session }
  return attempt(stage, session, { ...request, workload: thief, proofs: [proof] })
}

/** One good proof many times at once, dealt out to the gateways: one copy must pass, the others must be told for what they are. */
export async function burst(
  gateways: readonly [Stage, ...Stage[]],
  session: Session,
  copies: number,
): Promise<Finding> {
  const [first] = gateways
  const { nonce } = await attempt(first, session)
  const proof = await freshProof(first, session, {}, nonce)
  const sent = await Promise.all(
    Array.from({ length: copies }, (_, i) =>
      attempt(gateways[i % gateways.length] ?? first, session, { proofs: [proof] }),
    ),
  )
  const answers: Answer[] = sent.map(({ answer }) => answer)
  const passed = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status !== 200)
  const odd = refused.find(({ reason }) => reason !== 'proof_replayed') ?? refused[0]
  // A second copy that passed is what the attacker wanted: the row shows it.
  const answer = passed[1] ?? odd ?? passed[0]
  if (answer === undefined) throw new Error('a burst has at least one copy')
  return { answer, session, fault: passed.length === 1 ? undefined : `${passed.length} of ${copies} copies passed` }
}

/** A good request with forged identity headers: it passes, and the forged ones must not. */
export async function seenByUpstream(stage: Stage, session: Session): Promise<Finding> {
  const forged = 'forged'
  const { answer } = await attempt(stage, session, {
    headers: [
      ['X-Holdfast-Subject', forged],
      ['x-holdfast-scope', forged],
      ['x-holdfast-role', forged],
    ],
  })
  if (answer.status !== 200) return { answer, session }
  if (answer.upstream === undefined) return { answer, session, fault: 'what the service saw cannot be told' }
  const ours = Object.entries(answer.upstream.headers).filter(([name]) => name.startsWith('x-holdfast-'))
  const passed = ours.find(([, values]) => values.includes(forged))
  if (passed !== undefined) return { answer, session, fault: `the service saw the forged ${passed[0]}` }
  const subject = answer.upstream.headers['x-holdfast-subject']
  const expected = WORKLOADS[session.workload].slice('spiffe://'.length)
  return { answer, session, fault: subject?.join() === expected ? undefined : 'the service does not see who it was' }
}

/** The holder works, the session is revoked, and the thief tries it until the revocation is taken up. */
export async function revokedInTheMiddle(
  stage: Stage,
  session: Session,
  request: Attempt,
  thief: Attempt,
): Promise<Finding> {
  const { answer } = await attempt(stage, session, request)
  if (answer.status !== 200) return { answer, fault: HONEST_REFUSED, session }
  const afterwards = { ...request, ...thief }
  return revokeSession(stage, session, async () => (await attempt(stage, session, afterwards)).answer)
}

/** One request of a client, and the gateway that it is sent to. */
export interface Turn extends Attempt {
  readonly at: Stage
}

/** A DPoP client as RFC 9449 §8.2 has it: one memory, which holds the nonce that it was handed last. Resolves to its last answer. */
export async function oneClient(session: Session, turns: readonly Turn[]): Promise<Finding> {
  let last: Exchange | undefined
  for (const { at, ...request } of turns) {
    last = await attempt(at, session, { ...request, nonce: last?.nonce })
    if (last.answer.status !== 200) return { ...last, fault: HONEST_REFUSED }
  }
  if (last === undefined) throw new Error('a client has at least one turn')
  return last
}

/**
 * Holder and thief have the same key and a memory for nonces each, and work beside one another, each at a gateway, until the
 * ledger tells the copy. What tells it is that each keeps a nonce of its own while the other keeps another, several times
 * and for seconds (docs/clones.md), so this takes its time. Resolves to the thief's last request.
 */
export async function cloned(
  [holders, thiefs]: readonly [holders: Stage, thiefs: Stage],
  session: Session,
  request: Attempt,
  thief: Attempt,
): Promise<Finding> {
  const endMs = Date.now() + CLONE_PATIENCE_MS
  let [own, copied]: (string | undefined)[] = []
  for (;;) {
    const honest = await attemptAgain(holders, session, { ...request, nonce: own })
    if (honest.answer.status !== 200) return { ...honest, fault: HONEST_REFUSED }
    const theft = await attemptAgain(thiefs, session, { ...request, ...thief, nonce: copied })
    if (theft.answer.status !== 200 || Date.now() > endMs || (await isToldAsCloned(holders, session))) return theft
    own = honest.nonce
    copied = theft.nonce
    await sleep(CLONE_PAUSE_MS)
  }
}

/** In half a minute a busy machine may once be too late to answer (503); a client tries again then. */
async function attemptAgain(stage: Stage, session: Session, request: Attempt): Promise<Exchange> {
  for (let tries = 1; ; tries++) {
    const exchange = await attempt(stage, session, request)
    if (exchange.answer.status !== 503 || tries === TRIES_WHEN_LATE) return exchange
    await sleep(CLONE_PAUSE_MS)
  }
}

async function isToldAsCloned({ cases }: Stage, { key }: Session): Promise<boolean> {
  const asked = cases?.ok === true ? await cases.value.ask({ kind: 'key', value: key.thumbprint }) : undefined
  return asked?.ok === true && asked.value.finding.name === 'cloned'
}

/** The holder, the thief, and both again: who only moved to another host does not come back. Resolves to the thief's last. */
export async function takeTurns(stage: Stage, session: Session, thief: Attempt): Promise<Finding> {
  await attempt(stage, session)
  await attempt(stage, session, thief)
  await attempt(stage, session)
  return attempt(stage, session, thief)
}

/** The token with `alg: none`, new claims in it, and no signature worth the name. */
export function unsigned(token: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [header = '', payload = '', signature = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object
  return [encode({ ...decode(header), alg: 'none' }), encode({ ...decode(payload), scope: 'admin' }), signature].join(
    '.',
  )
}
