/** Who counts as one holder of a session beside what identity and address say, and how near in time two uses are. */
import { matchesPattern, parseSpiffePattern, type SpiffePattern } from '../../check/peer/spiffe-id.ts'
import { holderOf, type Sender } from '../sender.ts'
import { isWithin, type Network, parseAddress, parseNetwork, rangeOf } from './network.ts'

/** Senders that share sessions on purpose: all of one rule are one holder. */
export interface Sharing {
  /** Undefined: of any client. */
  readonly clients: ReadonlySet<string> | undefined
  readonly peers: readonly SpiffePattern[]
  readonly networks: readonly Network[]
}

export interface DetectionRules {
  readonly concurrentWindowMs: number
  readonly sharing: readonly Sharing[]
}

/** As `ledger` in the configuration. */
export interface RulesConfig {
  readonly concurrentWindowSeconds: number
  readonly sharing: readonly {
    readonly clients: readonly string[] | null
    readonly peers: readonly string[]
    readonly addresses: readonly string[]
  }[]
}

/** What is no pattern or network excuses nobody: the configuration refuses it before. */
export function makeRules({ concurrentWindowSeconds, sharing }: RulesConfig): DetectionRules {
  return {
    concurrentWindowMs: concurrentWindowSeconds * 1000,
    sharing: sharing.map(({ clients, peers, addresses }) => ({
      clients: clients === null ? undefined : new Set(clients),
      peers: peers.flatMap((text) => parseSpiffePattern(text) ?? []),
      networks: addresses.flatMap((text) => parseNetwork(text) ?? []),
    })),
  }
}

/** A host takes addresses at will out of its /64 (RFC 8981). */
const HOST_BITS_OF_IPV6 = 64

/**
 * What makes senders of a session of this client one holder: a rule of sharing, else `holderOf`; of addresses, the host.
 * An address excuses only a sender without an identity: who shows one is known better.
 */
export function sharedHolderOf(sender: Sender, client: string | undefined, { sharing }: DetectionRules): string {
  const { peer, certificate, address } = sender
  const identified = peer !== undefined || certificate !== undefined
  const parsed = identified ? undefined : parseAddress(address)
  const index = sharing.findIndex(({ clients, peers, networks }) => {
    if (clients !== undefined && (client === undefined || !clients.has(client))) return false
    if (peer !== undefined) return peers.some((pattern) => matchesPattern(peer, pattern))
    return parsed !== undefined && networks.some((network) => isWithin(parsed, network))
  })
  if (index !== -1) return `sharing:${index}`
  return identified ? holderOf(sender) : (rangeOf(address, 32, HOST_BITS_OF_IPV6) ?? address)
}
