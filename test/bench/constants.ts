/** The sizes of the benchmark, and the targets it is held against. */
export const LIVE_PROOFS = 200_000
export const IN_FLIGHT = 32
export const PACED_PER_SECOND = 500
export const READY_STARTS = 5
export const REVOCATIONS = 1_000_000
/** Of the kill switch: processes, and how often it is pulled. */
export const REPLICAS = 50
export const KILLS = 200
/** How many clients of the store race for each proof. */
export const RACERS = 3

export const TARGETS = {
  dpopToFloor: 1.6,
  certificateToRaw: 2,
  denialToAllow: 1,
  revocationsToNone: 1.05,
  ledgerToNone: 1.03,
  addedByRedisP99Ms: 1,
  residentMb: 110,
  bytesPerProof: 100,
  readyMs: 500,
} as const
