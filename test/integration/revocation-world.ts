/** Replicas of the shared revocation list in this process, on a real server; and an operator that changes the list. */
import { onTestFinished } from 'vitest'
import { type Acknowledged, awaitReplicas } from '../../src/adapters/redis/revocation/acknowledgements.ts'
import type { ReachOf } from '../../src/adapters/redis/revocation/answering.ts'
import { type ListServer, listServer } from '../../src/adapters/redis/revocation/list-connection.ts'
import { addToSharedList, removeFromSharedList, type Written } from '../../src/adapters/redis/revocation/shared-list.ts'
import {
  makeSharedRevocations,
  type SharedRevocations,
} from '../../src/adapters/redis/revocation/shared-revocations.ts'
import { BLANK_QUERY, type Revocation, type RevocationQuery } from '../../src/check/revocation/revocation.ts'
import { until } from '../support/redis.ts'

export interface Replica extends SharedRevocations {
  readonly id: string
  /** What happened, oldest first. */
  readonly events: string[]
  /** Whether it refuses the session now; undefined: it cannot tell. */
  refuses(sessionId: string): boolean | undefined
}

export interface ReplicaOptions {
  readonly maxStalenessMs?: number
  readonly id?: string
  /** Without it: one that does not know the question what a revocation would cut off. */
  readonly reachOf?: ReachOf
}

const QUERY: RevocationQuery = {
  ...BLANK_QUERY,
  tokenSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  issuer: 'https://as.example.com',
  issuedAtSeconds: 1,
}

let count = 0

/** Connects in the background; taken down when the test ends. */
export function startReplica(url: string, options: ReplicaOptions = {}): Replica {
  const id = options.id ?? `replica-${++count}`
  const events: string[] = []
  const list = makeSharedRevocations({
    server: listServer({ url, prefix: 'holdfast:' }),
    replicaId: id,
    clock: { nowMs: Date.now },
    maxStalenessMs: options.maxStalenessMs ?? 10_000,
    ...(options.reachOf === undefined ? {} : { reachOf: options.reachOf }),
    events: {
      applied: () => {},
      entryRefused: ({ place, message }) => void events.push(`refused ${place}: ${message}`),
      disconnected: (detail) => void events.push(`disconnected: ${detail}`),
      connected: (whole) => void events.push(whole ? 'read' : 'resumed'),
      restored: (entries) => void events.push(`restored ${entries}`),
    },
  })
  list.start()
  onTestFinished(() => list.close())
  return {
    ...list,
    id,
    events,
    refuses(sessionId) {
      const { kind } = list.find({ ...QUERY, sessionId }, Date.now() / 1000)
      return kind === 'stale' ? undefined : kind === 'revoked'
    },
  }
}

/** Resolves when they can tell what is clear. */
export async function areFresh(...replicas: readonly Replica[]): Promise<void> {
  await until(() => replicas.every((replica) => replica.isFresh(Date.now() / 1000)))
}

export function sessionRevocation(sessionId: string, changes: Partial<Revocation> = {}): Revocation {
  return {
    id: `rv-${sessionId}`,
    kind: 'session',
    value: sessionId,
    issuer: undefined,
    issuedBeforeSeconds: Math.floor(Date.now() / 1000),
    expiresAtSeconds: undefined,
    why: 'a test',
    by: 'ada',
    atSeconds: Date.now() / 1000,
    ...changes,
  }
}

export interface Operator {
  revoke(revocation: Revocation): Promise<Written>
  revokeAndWait(revocation: Revocation, waitMs?: number): Promise<Acknowledged>
  unrevoke(id: string): Promise<Written | undefined>
  close(): void
}

export async function makeOperator(url: string): Promise<Operator> {
  const server: ListServer = listServer({ url, prefix: 'holdfast:' })
  const connection = await server.open()
  onTestFinished(() => connection.close())
  return {
    revoke: (revocation) => addToSharedList(connection, server.keys, revocation),
    async revokeAndWait(revocation, waitMs = 5_000) {
      const startedMs = performance.now()
      const written = await addToSharedList(connection, server.keys, revocation)
      return awaitReplicas(connection, server.keys, written, startedMs, waitMs, () => {})
    },
    unrevoke: (id) =>
      removeFromSharedList(connection, server.keys, id, { by: 'ada', why: undefined, atSeconds: Date.now() / 1000 }),
    close: () => connection.close(),
  }
}
