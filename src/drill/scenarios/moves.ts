/** What takes an attacker more than one step. */
import type { Finding } from '../scenario.ts'
import { type Attempt, attempt, freshProof, type Session, type Stage } from '../session.ts'
import type { Answer } from '../target/target.ts'
import { WORKLOADS, type WorkloadName } from '../world/workloads.ts'
import { revokeSession } from './revoke-session.ts'

/** The holder sends; somebody who saw it sends the same bytes again. */
export async function recordedThenSentAs(
  stage: Stage,
  session: Session,
  request: Attempt,
  thief: WorkloadName,
): Promise<Finding> {
  const { answer, proof } = await attempt(stage, session, request)
  if (answer.status !== 200) return { answer, fault: 'the honest request was refused' }
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
  return { answer, fault: passed.length === 1 ? undefined : `${passed.length} of ${copies} copies passed` }
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
  if (answer.status !== 200) return { answer }
  if (answer.upstream === undefined) return { answer, fault: 'what the service saw cannot be told' }
  const ours = Object.entries(answer.upstream.headers).filter(([name]) => name.startsWith('x-holdfast-'))
  const passed = ours.find(([, values]) => values.includes(forged))
  if (passed !== undefined) return { answer, fault: `the service saw the forged ${passed[0]}` }
  const subject = answer.upstream.headers['x-holdfast-subject']
  const expected = WORKLOADS[session.workload].slice('spiffe://'.length)
  return { answer, fault: subject?.join() === expected ? undefined : 'the service does not see who it was' }
}

/** The session works, is revoked, and is tried until the revocation is taken up. */
export async function revokedInTheMiddle(stage: Stage, session: Session, request: Attempt): Promise<Finding> {
  const { answer } = await attempt(stage, session, request)
  if (answer.status !== 200) return { answer, fault: 'the honest request was refused' }
  return revokeSession(stage, session, async () => (await attempt(stage, session, request)).answer)
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
