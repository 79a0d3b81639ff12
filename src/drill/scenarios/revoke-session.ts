/** Revokes a session through the watched file, and waits until Holdfast has taken it up (within 5 s). */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRawEntries, toRawEntry, writeDocument } from '../../adapters/files/revocation-document.ts'
import type { Finding } from '../scenario.ts'
import type { Session, Stage } from '../session.ts'
import type { Answer } from '../target/target.ts'

const PATIENCE_MS = 7_000
const INTERVAL_MS = 50

export async function revokeSession(stage: Stage, session: Session, attempt: () => Promise<Answer>): Promise<Finding> {
  const file = stage.world.revocations ?? ''
  const now = stage.nowSeconds()
  const raw = existsSync(file) ? readRawEntries(readFileSync(file)) : undefined
  const entries = raw?.ok ? raw.value : []
  writeFileSync(
    `${file}.new`,
    writeDocument([
      ...entries,
      toRawEntry({
        id: randomUUID(),
        kind: 'session',
        value: session.sessionId,
        issuer: undefined,
        issuedBeforeSeconds: now,
        expiresAtSeconds: now + 3600,
        why: 'drill',
        by: 'drill',
        atSeconds: now,
      }),
    ]),
    { mode: 0o600 },
  )
  renameSync(`${file}.new`, file)
  const endMs = Date.now() + PATIENCE_MS
  for (;;) {
    const answer = await attempt()
    if (answer.status !== 200 || Date.now() > endMs) return { answer }
    await sleep(INTERVAL_MS)
  }
}
