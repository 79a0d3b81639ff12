/** What many live proofs take: the resident memory of the real server that took them, and the bytes of its replay memory. */
import { fileURLToPath } from 'node:url'
import { fetchNonce, isExpected, makeCases } from './cases.ts'
import { residentMb, startChild } from './child.ts'
import { IN_FLIGHT, LIVE_PROOFS } from './constants.ts'
import { makeCaller, saturate } from './load.ts'
import { type ServerOptions, startServer } from './server.ts'

export interface Memory {
  readonly startMb: number
  readonly liveMb: number
  readonly peakMb: number
  readonly bytesPerProof: number
}

const ENTRY = fileURLToPath(new URL('main.ts', import.meta.url))
/** Signing them all takes longer than a proof usually lives. */
const MAX_PROOF_AGE_SECONDS = 600
const BATCH = 5_000

export async function measureMemory(options: ServerOptions): Promise<Memory> {
  const store = startChild(['--expose-gc', ENTRY, 'store'], true)
  const bytesPerProof = Number(await store.line())
  const server = await startServer({ ...options, maxProofAgeSeconds: MAX_PROOF_AGE_SECONDS })
  const { pid } = server.child
  const startMb = residentMb(pid).now
  const caller = makeCaller(server.address)
  const dpop = makeCases(server.world).find(({ name }) => name === 'dpop')
  for (let sent = 0; sent < LIVE_PROOFS; sent += BATCH) {
    const requests = dpop?.requests(BATCH, await fetchNonce(server.world, caller.call), []) ?? []
    await saturate(caller, requests, IN_FLIGHT, (answer) => {
      if (!isExpected(answer, 'ok')) throw new Error('a proof was refused')
    })
  }
  const { now, peak } = residentMb(pid)
  caller.close()
  await server.stop()
  return { startMb, liveMb: now, peakMb: peak, bytesPerProof }
}
