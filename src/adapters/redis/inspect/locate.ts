/** The masters that keep marks: the one server, the one that the sentinels name, those of the cluster. */
import type { GuideFacts, LocatedFacts } from '../../../doctor/facts.ts'
import { type Owner, ownersOf } from '../cluster-slots.ts'
import type { CommandLine, Reply } from '../connection.ts'
import type { KeyNames } from '../keys.ts'
import type { ServerAddress } from '../redis-url.ts'
import { troubleOf } from '../trouble.ts'
import { login } from '../vouch.ts'
import { addressText, ask, openTo, shakeHands, type Way } from './reach.ts'

export interface Located extends LocatedFacts {
  /** With the tags whose marks each keeps. */
  readonly servers: readonly Owner[]
}

/** Never rejects: what stands in the way is among the facts. */
export async function locate(way: Way, names: KeyNames): Promise<Located> {
  const { kind, addresses } = way.target
  const parts = names.tags.length
  if (kind === 'single')
    return { servers: [{ ...addresses[0], tags: names.tags }], guides: [], unservedParts: 0, parts }
  const guides = await Promise.all(
    addresses.map((address) => (kind === 'sentinel' ? askSentinel(way, address) : askMember(way, address, names))),
  )
  const servers =
    kind === 'sentinel' ? mastersOf(guides, names) : (guides.find(({ owners }) => owners.length > 0)?.owners ?? [])
  const served = new Set(servers.flatMap(({ tags }) => tags)).size
  return { servers, guides: guides.map(({ facts }) => facts), unservedParts: parts - served, parts }
}

interface Guide {
  readonly facts: GuideFacts
  /** Where it leads. */
  readonly owners: readonly Owner[]
}

/** Without a login: that is for the servers of data. */
async function askSentinel(way: Way, address: ServerAddress): Promise<Guide> {
  const told = await tell(way, address, [['sentinel', 'get-master-addr-by-name', way.target.masterName]])
  if (!told.ok) return told.guide
  const [host, port] = Array.isArray(told.reply) ? told.reply : []
  if (typeof host !== 'string' || !/^\d+$/.test(String(port)))
    return lost(address, 'knows no master of that name', true)
  const master = { host, port: Number(port) }
  const facts = { address: addressText(address), trouble: undefined, answered: true, master: addressText(master) }
  return { facts, owners: [{ ...master, tags: [] }] }
}

function mastersOf(guides: readonly Guide[], names: KeyNames): readonly Owner[] {
  const masters = new Map(guides.flatMap(({ owners }) => owners.map((owner) => [addressText(owner), owner])))
  return [...masters.values()].map((master) => ({ ...master, tags: names.tags }))
}

async function askMember(way: Way, address: ServerAddress, names: KeyNames): Promise<Guide> {
  const told = await tell(way, address, [...login(way.target), ['cluster', 'slots']])
  if (!told.ok) return told.guide
  const owners = ownersOf(told.reply, names.tags, address)
  if (owners === undefined) return lost(address, 'tells no layout of a cluster', true)
  const facts = { address: addressText(address), trouble: undefined, answered: true, master: undefined }
  return { facts, owners }
}

/** The answer to the last command. */
async function tell(
  way: Way,
  address: ServerAddress,
  commands: readonly CommandLine[],
): Promise<{ readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly guide: Guide }> {
  const connection = await openTo(way, address)
  const replies = connection && (await ask(connection, commands))
  connection?.close()
  if (replies === undefined) {
    const handshake = await shakeHands(way, address)
    return { ok: false, guide: lost(address, handshake.ok ? 'the server does not answer' : handshake.code, false) }
  }
  const error = replies.find((reply) => reply instanceof Error)
  if (error instanceof Error) return { ok: false, guide: lost(address, troubleOf(error).detail, true) }
  return { ok: true, reply: replies.at(-1) ?? null }
}

function lost(address: ServerAddress, trouble: string, answered: boolean): Guide {
  return { facts: { address: addressText(address), trouble, answered, master: undefined }, owners: [] }
}
