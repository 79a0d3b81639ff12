/**
 * The shared replay memory in Redis or Valkey: single server, Sentinel or cluster. One SET NX GET marks a proof; the epoch
 * that is read behind it vouches for the memory (docs/fence.md). Answers within the command timeout whatever the server does.
 */
import type { Fence, Mark, MarkOutcome, ReplayStore } from '../../check/replay/replay-store.ts'
import { makeClusterLinks } from './cluster-links.ts'
import { connectionOptions, openConnection, type TlsSettings } from './connection.ts'
import { makeEpochs } from './epochs.ts'
import { makeKeyNames } from './keys.ts'
import { makeLink } from './link.ts'
import type { Link, LinkOptions, LinkState, Links } from './link-types.ts'
import { makePendingMark } from './pending-mark.ts'
import { parseRedisUrl, type ServerAddress } from './redis-url.ts'

export interface RedisReplayOptions {
  /** See redis-url.ts; may hold a password. */
  readonly url: string
  /** Starts every key. */
  readonly prefix: string
  readonly commandTimeoutMs: number
  /** Any two clocks (of replicas and servers) may be this far apart; each connection is measured to half of it. */
  readonly clockAllowanceMs: number
  /** Take a server that may evict marks. */
  readonly insecureEviction?: boolean
  /** CA and client certificate, with a `rediss` URL. */
  readonly tls?: TlsSettings
  readonly log: { readonly warn: LogLine; readonly info: LogLine }
  readonly events: RedisReplayEvents
  readonly nowMs: () => number
}

type LogLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void

export interface RedisReplayEvents {
  /** The store turned unable, or able again, to mark every proof. */
  degraded(degraded: boolean): void
  /** The memory was lost: the fence has risen. */
  fenced(reason: string): void
}

export interface RedisReplayState {
  /** Every proof can be marked. */
  readonly connected: boolean
  /** Not connected, or marks were refused over a connection that serves and none was taken since. */
  readonly degraded: boolean
  readonly detail: string
  readonly servers: readonly LinkState[]
  /** Of a cluster: those of its first tag. */
  readonly fence: Fence
}

export interface RedisReplayStore extends ReplayStore {
  /** Connects in the background, and keeps doing so until `stop`. */
  start(): void
  stop(): void
  state(): RedisReplayState
  /**
   * Proofs dated up to now, and those that were taken while dated up to `aheadMs` further, need a fresh nonce from here on:
   * the configuration changed what a mark means.
   */
  raiseFence(nowMs: number, aheadMs: number): void
}

/** Throws when the URL is none of the known forms: the configuration checks it before. */
export function makeRedisReplayStore(options: RedisReplayOptions): RedisReplayStore {
  const target = parseRedisUrl(options.url)
  if (target === undefined) throw new Error('the URL of the store is none of the known forms')
  const { clockAllowanceMs, commandTimeoutMs, nowMs, events, log } = options
  const names = makeKeyNames(options.prefix, target.kind === 'cluster')
  const epochs = makeEpochs(clockAllowanceMs)
  let shown: { degraded: boolean; detail: string } = { degraded: false, detail: '' }

  const openTo = (address: ServerAddress) => (attempt: number, signal: AbortSignal) =>
    openConnection(connectionOptions(target, address, options.tls ?? {}, attempt), CONNECT_TIMEOUT_MS, signal)
  const linkOptions: Omit<LinkOptions, 'open' | 'onMisplaced'> = {
    target,
    names,
    epochs,
    nowMs,
    clockAllowanceMs,
    commandTimeoutMs,
    insecureEviction: options.insecureEviction ?? false,
    onChange: () => show(),
    onFenced() {
      log.warn('the replay memory was lost: the fence has risen')
      events.fenced('the replay memory was lost')
    },
  }
  const links: Links =
    target.kind === 'cluster'
      ? makeClusterLinks({ ...linkOptions, seeds: target.addresses, openTo })
      : singleLink(makeLink({ ...linkOptions, open: openTo(target.addresses[0]), onMisplaced: () => undefined }))

  /** Says once what has changed. */
  function show(): void {
    const { degraded, detail } = state()
    if (degraded !== shown.degraded) {
      events.degraded(degraded)
      if (!degraded) log.info('the replay store is connected')
    }
    if (degraded && detail !== shown.detail) {
      log.warn('the replay store is not available', { detail, mend: 'holdfast doctor names it' })
    }
    shown = { degraded, detail }
  }

  function state(): RedisReplayState {
    const servers = links.all().map((link) => link.state())
    const connected = names.tags.every((tag) => links.linkOf(tag)?.vouchesFor(tag) === true)
    const refusing = servers.find((server) => server.refusing !== undefined)?.refusing
    const detail =
      servers.find((server) => !server.connected)?.detail ??
      (connected ? (refusing ?? 'connected') : 'a part of the memory is not vouched for')
    return {
      connected,
      degraded: !connected || refusing !== undefined,
      detail,
      servers,
      fence: epochs.fence(names.tags[0] ?? ''),
    }
  }

  return {
    markFirstUse(mark: Mark): MarkOutcome | Promise<MarkOutcome> {
      const tag = names.tagOf(mark.keyThumbprint)
      const epoch = epochs.current(tag)
      const link = links.linkOf(tag)
      if (link === undefined || epoch === undefined) return { kind: 'unavailable', detail: 'not connected yet' }
      return new Promise((resolve) => {
        const pending = makePendingMark(mark, tag, epoch, names, clockAllowanceMs, resolve)
        if (pending === undefined) resolve({ kind: 'unavailable', detail: 'the mark cannot be written' })
        else link.mark(pending)
      })
    },
    fence: (keyThumbprint) => epochs.fence(names.tagOf(keyThumbprint)),
    start: links.start,
    stop: links.stop,
    state,
    disown: (keyThumbprint, atMs) => epochs.disown(names.tagOf(keyThumbprint), atMs),
    raiseFence: epochs.raise,
  }
}

/** For one server; the whole attempt is bounded by the link. */
const CONNECT_TIMEOUT_MS = 200

function singleLink(link: Link): Links {
  return {
    linkOf: () => link,
    all: () => [link],
    start() {
      link.serve([''])
      link.start()
    },
    stop: link.stop,
  }
}
