/**
 * In place of the admin server of a worker: tells the supervisor how it stands, and answers what the supervisor's pages ask.
 */
import type { AdminServer } from '../../admin/admin-server.ts'
import type { OperatorPages } from '../app.ts'
import type { FromWorker, ToWorker } from './messages.ts'

export interface SupervisorLink {
  /** Resolves when it is written, or cannot be. */
  send(message: FromWorker): Promise<void>
  onMessage(handler: (message: ToWorker) => void): void
}

export const STATE_INTERVAL_MS = 500

/** Runs until it is closed; then the last numbers are with the supervisor. */
export async function reportTo(link: SupervisorLink, pages: OperatorPages): Promise<AdminServer> {
  const { families, readiness, loaded, config } = pages
  let sending = false
  let again = false

  async function tell(): Promise<void> {
    // A supervisor that does not read must not fill this process with what it would have read: one is under way at most.
    again = sending
    if (sending) return
    sending = true
    const { hash, config } = loaded()
    const { drainSeconds } = config.server
    await link.send({ kind: 'state', state: { components: new Map(readiness.components()), hash, drainSeconds } })
    sending = false
    if (again) await tell()
  }

  async function answer(message: ToWorker): Promise<void> {
    if (message.kind !== 'question') return
    const { id, about } = message
    if (about === 'families') await link.send({ kind: 'families', id, families: await families() })
    else await link.send({ kind: 'config', id, page: config() })
  }

  link.onMessage((message) => void answer(message))
  const stopTelling = readiness.onChange(() => void tell())
  const timer = setInterval(() => void tell(), STATE_INTERVAL_MS).unref()
  await tell()
  return {
    address: 'that of the supervisor',
    async close() {
      stopTelling()
      clearInterval(timer)
      await link.send({ kind: 'families', id: 0, families: await families() })
    },
  }
}
