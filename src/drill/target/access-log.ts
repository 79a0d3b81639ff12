/** Envoy's JSON access log: where the exact reason of a decision stands, found by its id. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseJson } from './target.ts'

export interface Logged {
  readonly reason: string | undefined
  readonly class: string | undefined
  readonly wouldDeny: boolean
}

const PATIENCE_MS = 3_000
const INTERVAL_MS = 10

/** Waits for the line: Envoy writes it when the answer has gone out. Undefined when it does not come. */
export async function findInAccessLog(path: string, decisionId: string): Promise<Logged | undefined> {
  const endMs = Date.now() + PATIENCE_MS
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    const line = text.split('\n').find((entry) => entry.includes(decisionId))
    const entry = line === undefined ? undefined : parseJson(line)
    if (entry?.['decision_id'] === decisionId) {
      return { reason: textOf(entry['reason']), class: textOf(entry['class']), wouldDeny: entry['would_deny'] === true }
    }
    if (Date.now() > endMs) return undefined
    await sleep(INTERVAL_MS)
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
