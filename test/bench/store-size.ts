/** What a live proof takes in the embedded replay memory: bytes outside the heap, in a process that holds nothing else. */
import { randomBytes } from 'node:crypto'
import { makeMemoryReplayStore } from '../../src/adapters/memory/memory-replay-store.ts'
import { LIVE_PROOFS } from './constants.ts'

const store = makeMemoryReplayStore(2 * LIVE_PROOFS, 0)
const before = process.memoryUsage().arrayBuffers
for (let i = 0; i < LIVE_PROOFS; i++) {
  const outcome = store.markFirstUse({
    key: randomBytes(32),
    expiresAtMs: 66_000,
    nowMs: 0,
    sender: Buffer.alloc(8),
    decisionId: '',
    keyThumbprint: '',
  })
  if (outcome.kind !== 'first') throw new Error('a mark was not the first')
}
globalThis.gc?.()
// A table that was replaced by a larger one may not be swept yet: collected when there is a collector to call.
process.stdout.write(`${(process.memoryUsage().arrayBuffers - before) / LIVE_PROOFS}\n`)
