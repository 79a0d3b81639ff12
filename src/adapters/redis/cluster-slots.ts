/** Which server of a cluster serves which tag (Redis Cluster specification: key distribution model). */
import type { Reply } from './connection.ts'
import type { ServerAddress } from './redis-url.ts'

const SLOTS = 16_384
const POLYNOMIAL = 0x1021

/** CRC-16/XMODEM of the hash tag, modulo the number of slots. */
export function slotOf(tag: string): number {
  let crc = 0
  for (const octet of Buffer.from(tag)) {
    crc ^= octet << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  }
  return (crc & 0xffff) % SLOTS
}

export interface Owner extends ServerAddress {
  readonly tags: readonly string[]
}

/**
 * The masters that serve `tags`, from the answer to CLUSTER SLOTS; undefined when it is not one. Tags of slots that nobody
 * serves are left out.
 * @param asked the server that answered: one that does not know its own address says so by an empty one
 */
export function ownersOf(reply: Reply, tags: readonly string[], asked: ServerAddress): readonly Owner[] | undefined {
  if (!Array.isArray(reply)) return undefined
  const owners = new Map<string, { host: string; port: number; tags: string[] }>()
  const slots = tags.map((tag) => ({ tag, slot: slotOf(tag) }))
  for (const range of reply) {
    const [first, last, master] = Array.isArray(range) ? range : []
    if (typeof first !== 'number' || typeof last !== 'number' || !Array.isArray(master)) return undefined
    const [endpoint, port] = master
    if (typeof port !== 'number') return undefined
    const host = typeof endpoint === 'string' && endpoint !== '' && endpoint !== '?' ? endpoint : asked.host
    const owner = owners.get(`${host}:${port}`) ?? { host, port, tags: [] }
    owner.tags.push(...slots.filter(({ slot }) => slot >= first && slot <= last).map(({ tag }) => tag))
    owners.set(`${host}:${port}`, owner)
  }
  return [...owners.values()].filter((owner) => owner.tags.length > 0)
}
