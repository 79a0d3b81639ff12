/**
 * Names of the keys. In a cluster a tag puts the marks of one proof key and the epoch that vouches for them into one slot.
 * Everything in a name is a hash or a constant: no text of a request steers it (A19).
 */
import { hash } from 'node:crypto'

export interface KeyNames {
  /** All tags there are. */
  readonly tags: readonly string[]
  tagOf(keyThumbprint: string): string
  /** Sixteen bytes of the replay key: two proofs that share them cost an attacker 2^64 hashes, and only deny his own. */
  mark(tag: string, replayKey: Buffer): string
  epoch(tag: string): string
}

const HASH_BYTES = 16
const TAGS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

export function makeKeyNames(prefix: string, cluster: boolean): KeyNames {
  const shortened = (replayKey: Buffer): string => replayKey.toString('base64url', 0, HASH_BYTES)
  if (!cluster) {
    const epoch = `${prefix}epoch`
    const start = `${prefix}replay:`
    return { tags: [''], tagOf: () => '', mark: (_, replayKey) => start + shortened(replayKey), epoch: () => epoch }
  }
  return {
    tags: TAGS,
    tagOf: (keyThumbprint) => hash('sha256', keyThumbprint, 'hex').slice(0, 2),
    mark: (tag, replayKey) => `${prefix}replay:{${tag}}${shortened(replayKey)}`,
    epoch: (tag) => `${prefix}epoch:{${tag}}`,
  }
}
