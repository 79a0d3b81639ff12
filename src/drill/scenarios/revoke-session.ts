/** Revokes a session through the watched file, as `holdfast revoke` does, and waits until Holdfast has taken it up. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { changeRevocationFile } from '../../adapters/files/revocation-file.ts'
import { toRawEntry } from '../../revocations/raw-entry.ts'
import type { Finding } from '../scenario.ts'
import type { Session, Stage } from '../session.ts'
import type { Answer } from '../target/target.ts'

/** A changed file is taken up within 5 s. */
const PATIENCE_MS = 7_000
const INTERVAL_MS = 50
const ENTRY_LIFE_SECONDS = 3600

export async function revokeSession(stage: Stage, session: Session, attempt: () => Promise<Answer>): Promise<Finding> {
  const nowSeconds = stage.nowSeconds()
  const entry = toRawEntry({
    id: randomUUID(),
    kind: 'session',
    value: session.sessionId,
    issuer: stage.world.issuer,
    issuedBeforeSeconds: nowSeconds,
    expiresAtSeconds: nowSeconds + ENTRY_LIFE_SECONDS,
    why: 'drill',
    by: 'drill',
    atSeconds: nowSeconds,
  })
  const written = await changeRevocationFile(stage.world.revocations ?? '', (entries) => [...entries, entry])
  const endMs = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await attempt()
    if (answer.status !== 200) return { answer, session }
    if (!written.ok) return { answer, session, fault: written.error.message }
    if (Date.now() > endMs)
      return { answer, session, fault: `the revocation was not taken up within ${PATIENCE_MS} ms` }
    await sleep(INTERVAL_MS)
  }
}
