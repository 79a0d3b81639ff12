/** The sizes of the benchmark, and the targets it is held against. */
export const LIVE_PROOFS = 200_000
export const IN_FLIGHT = 32
export const PACED_PER_SECOND = 500
export const READY_STARTS = 5

export const TARGETS = {
  dpopToFloor: 1.6,
  certificateToRaw: 2,
  denialToAllow: 1,
  residentMb: 110,
  bytesPerProof: 100,
  readyMs: 500,
} as const
