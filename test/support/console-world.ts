/** A running console over samples, or over whatever a test hands in. */
import { type AdminServer, type AdminServerOptions, startAdminServer } from '../../src/admin/admin-server.ts'
import { makeReadiness } from '../../src/admin/readiness.ts'
import { makeConsole } from '../../src/console/console.ts'
import type { ConsoleData } from '../../src/console/console-data.ts'
import type { Written } from '../../src/ledger/ledger-store.ts'
import { NOW_MS, sampleCase, sampleIncidents, sampleSessions } from './console-samples.ts'

export const SECRET = 'correct horse battery: staple'

export function sampleData(changes: Partial<ConsoleData> = {}): ConsoleData {
  return {
    names: { subject: (subject) => subject },
    incidents: async (limit, before) => {
      const all = sampleIncidents()
      const start = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1
      return written({ found: all.slice(start, start + limit), corrupt: 0, more: start + limit < all.length })
    },
    sessions: async ({ wanted }, cursor, limit) => {
      const all = sampleSessions().filter((record) => wanted(record, NOW_MS))
      const start = Number(cursor ?? 0)
      const next = start + limit < all.length ? String(start + limit) : undefined
      return written({ sessions: all.slice(start, start + limit), cursor: next, looked: 4, about: 4, corrupt: 0 })
    },
    case: async ({ kind, value }) => written(sampleCase({ asked: { kind, value } })),
    gaps: async () => written([]),
    ...changes,
  }
}

export function written<T>(value: T): Written<T> {
  return { ok: true, value }
}

export async function startConsole(
  data: ConsoleData = sampleData(),
  options: Partial<AdminServerOptions> = {},
): Promise<AdminServer> {
  return startAdminServer({
    listen: { host: '127.0.0.1', port: 0 },
    metrics: async () => ({ contentType: 'text/plain', body: 'holdfast_x 1\n' }),
    readiness: makeReadiness([]),
    config: () => ({}),
    console: { answer: makeConsole(data, () => NOW_MS), secret: Buffer.from(SECRET) },
    ...options,
  })
}
