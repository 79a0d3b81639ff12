/** A folder with a configuration whose server runs here, with an embedded ledger behind the console of its admin port. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startAdminServer } from '../../../src/admin/admin-server.ts'
import type { AdminTls } from '../../../src/admin/admin-tls.ts'
import { makeReadiness } from '../../../src/admin/readiness.ts'
import type { Command } from '../../../src/cli/command.ts'
import { makeConsole } from '../../../src/console/console.ts'
import { gatherCase } from '../../../src/ledger/case/gather-case.ts'
import { listSessions } from '../../../src/ledger/inventory.ts'
import type { LedgerStore } from '../../../src/ledger/ledger-store.ts'
import { configText } from '../config/config-file.ts'
import { type CaseWorld, ISSUER, makeCaseWorld, START_MS } from '../ledger/case/world.ts'
import { fakeIo } from './fake-io.ts'

const SECRET = 'correct-horse-battery'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface LedgerWorld extends CaseWorld {
  run(command: Command, args: readonly string[], given?: { stdin?: string; secret?: string }): Promise<Ran>
}

export interface LedgerWorldOptions {
  readonly store?: LedgerStore
  /** With the PEM files of the server. */
  readonly tls?: AdminTls
  /** What the configuration names as certificate, where it is another one. */
  readonly pinned?: Buffer
  readonly console?: boolean
}

export async function makeLedgerWorld(options: LedgerWorldOptions = {}): Promise<LedgerWorld> {
  const { store, tls, pinned, console = true } = options
  const world = makeCaseWorld(store === undefined ? {} : { store })
  const nowMs = START_MS + 60_000
  const data = {
    names: world.names,
    incidents: world.store.recentIncidents,
    sessions: (filter: Parameters<typeof listSessions>[1], cursor: string | undefined, limit: number) =>
      listSessions(world.store, filter, { cursor, limit, withinMs: 1_000, nowMs }),
    case: (asked: Parameters<typeof gatherCase>[2]) =>
      gatherCase(world.store, world.names, asked, { nowMs, retentionSeconds: 86_400, issuers: [ISSUER] }),
    gaps: world.store.gaps,
  }
  const server = await startAdminServer({
    listen: { host: '127.0.0.1', port: 0 },
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    readiness: makeReadiness([]),
    config: () => ({}),
    tls,
    console: console ? { answer: makeConsole(data, () => nowMs), secret: Buffer.from(SECRET) } : undefined,
  })
  onTestFinished(() => server.close())
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  if (tls !== undefined) {
    await writeFile(join(folder, 'tls.crt'), pinned ?? tls.certificate)
    await writeFile(join(folder, 'tls.key'), tls.key)
  }
  const files = tls === undefined ? 'null' : '{ certificate: tls.crt, key: tls.key }'
  const admin = `{ listen: "${server.address}", tls: ${files} }`
  await writeFile(
    join(folder, 'holdfast.yaml'),
    configText({ top: { admin, console: '{ enabled: true, secret: "env:CONSOLE" }' } }),
  )
  return {
    ...world,
    async run(command, args, { stdin = '', secret = SECRET } = {}) {
      const io = fakeIo({ cwd: folder, env: { CONSOLE: secret }, stdin })
      return { code: await command.run([...args], io), ...io.written }
    },
  }
}
