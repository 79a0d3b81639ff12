import { makeMemoryReplayStore } from '../../src/adapters/memory/memory-replay-store.ts'
import { replayStoreContract } from './replay-store.contract.ts'

/** Goes by the time in the mark, in whole seconds. */
const memory = makeMemoryReplayStore(10_000, Date.now())

replayStoreContract('the embedded memory', () => ({ store: memory, at: async () => undefined, surplusMs: 2_000 }))
