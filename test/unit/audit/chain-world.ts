/** A chain of audit records in memory, as lines. */
import { generateKeyPairSync } from 'node:crypto'
import { type AuditEvent, headEvent, startEvent } from '../../../src/audit/audit-event.ts'
import { appendTo, GENESIS, type Link } from '../../../src/audit/chain.ts'
import { decisionEvent } from '../../../src/audit/decision-event.ts'
import { type HeadSigner, makeHeadSigner, makeHeadVerifier } from '../../../src/audit/signing.ts'
import { type AuditVerdict, makeAuditVerifier } from '../../../src/audit/verify.ts'
import { refusal } from '../../../src/check/refusal.ts'
import { decisionRecord } from '../../../src/observability/decision-record.ts'
import { decision, event, TOKEN } from '../../support/decisions.ts'

export const NOW_MS = 1_800_000_000_000

export function keyPair(): { privatePem: Buffer; publicPem: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privatePem: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicPem: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })),
  }
}

export function denied(): AuditEvent {
  const made = decision(refusal('proof_replayed', 'used before'), { token: TOKEN, held: ['dpop'] })
  return decisionEvent(made, decisionRecord(event(made)))
}

/** Lines without their line feed. */
export function chainOf(events: readonly AuditEvent[], privatePem?: Buffer, from: Link = GENESIS): string[] {
  const signer: HeadSigner | undefined = privatePem && makeHeadSigner(privatePem)
  let last = from
  return events.map((one) => {
    const { line, link } = appendTo(last, one, signer)
    last = link
    return line.slice(0, -1)
  })
}

/** start, three decisions, head, decision, head: records 1 to 7. */
export function usual(privatePem?: Buffer): string[] {
  const head = headEvent(NOW_MS)
  return chainOf([startEvent(NOW_MS, '1'), denied(), denied(), denied(), head, denied(), head], privatePem)
}

export function verifyLines(lines: readonly (string | Buffer)[], publicPem?: Buffer, ended = true): AuditVerdict {
  const verifier = makeAuditVerifier(publicPem && makeHeadVerifier(publicPem))
  for (const [i, line] of lines.entries()) {
    verifier.line('a', i + 1, Buffer.from(line as string), ended || i < lines.length - 1)
  }
  return verifier.verdict()
}

/** As `KIND LINE SEQUENCE`. */
export function found(verdict: AuditVerdict): string[] {
  return verdict.findings.map(({ kind, line, sequence }) => `${kind} ${line} ${sequence}`)
}
