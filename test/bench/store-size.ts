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
// Tables that were outgrown are garbage, not part of the memory.
globalThis.gc?.()
const bytes = process.memoryUsage().arrayBuffers - before
// Asked after the collection: else the store itself would be garbage by then.
if (store.entries() !== LIVE_PROOFS) throw new Error('the store does not hold what it was given')
process.stdout.write(`${bytes / LIVE_PROOFS}\n`)
