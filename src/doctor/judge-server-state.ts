/** What a server says of its memory, replicas and disk. */
import type { ServerInfoFacts } from './facts.ts'
import { counted, good, type Judgement, unknown, warning } from './finding.ts'

const FULL_PART = 0.8
const MIB = 1_048_576

/** Above 80 % of maxmemory: warning. Without a bound the host may kill it, and the memory is lost. */
export function judgeMemory({ usedBytes, maxBytes }: ServerInfoFacts): Judgement {
  const used = `${(usedBytes / MIB).toFixed(1)} MiB`
  const size = 'sized by docs/redis.md: proofs a second, times their life, times 136 B'
  if (maxBytes === 0) return warning(`${used} used, without a bound`, `CONFIG SET maxmemory BYTES, ${size}`)
  const seen = `${used} of ${(maxBytes / MIB).toFixed(1)} MiB used`
  return usedBytes > maxBytes * FULL_PART ? warning(seen, `a larger maxmemory, ${size}`) : good(seen)
}

/** With replicas, a master that was cut off must stop by itself (docs/fence.md: one master is assumed). */
export function judgeQuorum({ replicas, countedReplicas, role }: ServerInfoFacts): Judgement {
  if (role !== 'master') return good('none is needed: it takes no marks')
  if (countedReplicas !== undefined) {
    return good(`min-replicas-to-write is set; ${counted(countedReplicas, 'replica')} of ${replicas} in time`)
  }
  if (replicas === 0) return good('none is needed: it has no replicas')
  const seen = `${counted(replicas, 'replica')}, and min-replicas-to-write is not set`
  return warning(seen, 'CONFIG SET min-replicas-to-write 1, and CONFIG SET min-replicas-max-lag 2, on every server')
}

/** Never a failure: the fence covers a loss. @param snapshots undefined: it could not be asked */
export function judgePersistence(info: ServerInfoFacts, snapshots: boolean | undefined, grant: string): Judgement {
  if (info.appendOnly) return good('append-only file: a restart loses the last moments at most')
  if (snapshots === true) return good('snapshots: a restart loses what came after the last')
  if (snapshots === false)
    return good('none: a restart loses all; the fence rises, and the list of revocations is written back by replicas')
  return unknown('no append-only file; whether there are snapshots is not told', grant)
}
