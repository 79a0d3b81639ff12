/** Folds the uses of DPoP keys into their lineages (detect/lineage.ts). */
import { foldLineage } from '../../../ledger/detect/lineage.ts'
import type { KeyUse, KeyUses } from '../../../ledger/key-record.ts'
import type { Forked } from '../../../ledger/ledger-store.ts'
import { type Drop, dropAll, fromOctets, type Item, type Place, putAll, toOctets } from './entries.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import type { LedgerLink } from './ledger-link.ts'
import type { Shards } from './shards.ts'

/** A lineage is of use while the holder's last nonce may come again. */
const LIFE_SECONDS = 900

/** Rejects with ListTrouble. */
export async function saveKeys(
  link: LedgerLink,
  keys: LedgerKeys,
  shards: Shards,
  uses: readonly KeyUses[],
  nowMs: number,
): Promise<readonly Forked[]> {
  const byKey = new Map<string, readonly KeyUse[]>()
  for (const { key, uses: some } of uses) byKey.set(key, [...(byKey.get(key) ?? []), ...some])
  const forks = new Map<string, Forked | undefined>()
  const shardOf = (name: string): Place => ({
    key: keys.proofKeyShard(shards.bits, shards.numberOf(name)),
    member: name,
  })

  const items = [...byKey].map(([key, some]): Item => {
    const name = keys.proofKeyName(key)
    return {
      key: keys.proofKey(name),
      put(text) {
        const { state, fork } = foldLineage(text === undefined ? undefined : fromOctets(text), some)
        forks.set(key, fork && { key, fork })
        return {
          text: toOctets(state),
          lifeMs: LIFE_SECONDS * 1000,
          shard: { ...shardOf(name), bound: shards.bound },
          standing: Math.floor(nowMs / 1000),
          setLifeSeconds: LIFE_SECONDS,
          score: 0,
          oldestScore: 0,
          into: [],
        }
      },
    }
  })
  const evicted = await putAll(link, items)
  const drops = evicted.map((name): Drop => {
    return { why: 'evicted', key: keys.proofKey(name), shard: shardOf(name), places: [] }
  })
  await dropAll(link, drops)
  return [...forks.values()].filter((forked) => forked !== undefined)
}
