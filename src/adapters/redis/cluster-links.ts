/**
 * One link to each master of a cluster that serves tags of ours. The layout is read from any server; a slot that is served
 * elsewhere, or a master that is gone, makes us read it anew.
 */
import { ownersOf } from './cluster-slots.ts'
import type { Connection, Reply } from './connection.ts'
import { makeLink } from './link.ts'
import type { Link, LinkOptions, Links } from './link-types.ts'
import type { ServerAddress } from './redis-url.ts'
import { login } from './vouch.ts'
import { within } from './waiting.ts'

export interface ClusterOptions extends Omit<LinkOptions, 'open' | 'onMisplaced'> {
  readonly seeds: readonly ServerAddress[]
  readonly openTo: (address: ServerAddress) => LinkOptions['open']
}

const READ_TIMEOUT_MS = 400
/** How often the layout is looked at without a reason, and how often at most when there is one. */
const CALM_MS = 10_000
const HURRY_MS = 100

interface Node {
  readonly address: ServerAddress
  readonly link: Link
}

export function makeClusterLinks(options: ClusterOptions): Links {
  const { names, seeds, openTo } = options
  const stopped = new AbortController()
  let nodes: ReadonlyMap<string, Node> = new Map()
  let ownerOf: ReadonlyMap<string, Link> = new Map()
  let outdated = true
  let reading = false
  let asked = 0
  let lastReadMs = Number.NEGATIVE_INFINITY

  async function read(): Promise<void> {
    const candidates = [...seeds, ...[...nodes.values()].map(({ address }) => address)]
    const address = candidates[asked++ % candidates.length]
    if (address === undefined) return
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(READ_TIMEOUT_MS)])
    const connection = await openTo(address)(0, signal).catch(() => undefined)
    if (connection === undefined) return
    const reply = await within(READ_TIMEOUT_MS, slots(connection, options))
    connection.close()
    const owners = ownersOf(reply ?? null, names.tags, address)
    if (owners === undefined || stopped.signal.aborted) return
    outdated = false
    arrange(owners)
  }

  function arrange(owners: NonNullable<ReturnType<typeof ownersOf>>): void {
    const before = nodes
    nodes = new Map(
      owners.map(({ host, port }) => {
        const name = `${host}:${port}`
        return [name, before.get(name) ?? makeNode({ host, port })]
      }),
    )
    for (const [name, { link }] of before) if (!nodes.has(name)) link.stop()
    ownerOf = new Map(
      owners.flatMap(({ host, port, tags }) => {
        const link = nodes.get(`${host}:${port}`)?.link
        return link === undefined ? [] : tags.map((tag): [string, Link] => [tag, link])
      }),
    )
    for (const { host, port, tags } of owners) {
      const name = `${host}:${port}`
      nodes.get(name)?.link.serve(tags)
      if (!before.has(name)) nodes.get(name)?.link.start()
    }
    options.onChange()
  }

  function makeNode(address: ServerAddress): Node {
    const onMisplaced = (): void => {
      outdated = true
      void tick()
    }
    return { address, link: makeLink({ ...options, open: openTo(address), onMisplaced }) }
  }

  async function tick(): Promise<void> {
    const sinceMs = performance.now() - lastReadMs
    const troubled = outdated || [...nodes.values()].some(({ link }) => !link.state().connected)
    if (reading || stopped.signal.aborted || sinceMs < (troubled ? HURRY_MS : CALM_MS)) return
    reading = true
    lastReadMs = performance.now()
    await read()
    reading = false
  }

  let timer: NodeJS.Timeout | undefined
  return {
    linkOf: (tag) => ownerOf.get(tag),
    all: () => [...nodes.values()].map(({ link }) => link),
    start() {
      timer = setInterval(() => void tick(), HURRY_MS / 2)
      void tick()
    },
    stop() {
      clearInterval(timer)
      stopped.abort()
      for (const { link } of nodes.values()) link.stop()
    },
  }
}

async function slots(connection: Connection, { target }: ClusterOptions): Promise<Reply> {
  const replies = await connection.send([...login(target), ['cluster', 'slots']])
  return replies?.at(-1) ?? null
}
