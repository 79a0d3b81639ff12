/**
 * The supervisor of several workers: it starts and replaces them, serves the operators' pages, and drains them all. It judges no
 * request and holds no key; connections pass through it unread on their way to a worker.
 */
import type { AdminServer } from '../../admin/admin-server.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { redacted } from '../../config/redacted.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Logger } from '../../observability/logger.ts'
import { makeMetricSet } from '../../observability/metric-set.ts'
import { openSupervisorConsole, type SupervisorConsole } from '../ledger/supervisor-console.ts'
import { openOperatorPages } from '../operators.ts'
import type { Ending } from '../signals.ts'
import { type StartFault, startFault } from '../start-fault.ts'
import { agreementOf, WORKERS_AGREE_ON } from './agreement.ts'
import { prepareForks } from './fork.ts'
import { makeNumbers, type Numbers } from './numbers.ts'
import { makeOverview, type Overview } from './overview.ts'
import { makePool, type Pool } from './pool.ts'
import { STATE_INTERVAL_MS } from './report.ts'
import { tryListening } from './trial.ts'
import { allWithin } from './within.ts'

export interface SupervisorOptions {
  readonly configPath: string
  readonly loaded: LoadedConfig
  readonly secrets: Secrets
  readonly log: Logger
  readonly ending: Ending
  readonly version: string
}

const CONFIG_ANSWER_MS = 1_000

/** Resolves when all workers have drained or must end at once; with a fault when they could not start or cannot go on. */
export async function supervise({
  configPath,
  loaded,
  secrets,
  log,
  ending,
  version,
}: SupervisorOptions): Promise<StartFault | undefined> {
  const { server, admin: adminConfig } = loaded.config
  const metricSet = makeMetricSet()
  const pool: Pool = makePool({
    workers: server.workers,
    fork: prepareForks(configPath, { [WORKERS_AGREE_ON]: agreementOf(loaded.config) }),
    log,
    nowMs: () => performance.now(),
    changed: () => overview.refresh(),
    ended(worker) {
      numbers.ended(worker)
      overview.ended(worker.drained() ? 'drained' : 'died')
    },
  })
  const numbers: Numbers = makeNumbers(pool.living, metricSet.families)
  const overview: Overview = makeOverview(server.workers, pool.living, numbers.late, metricSet)

  let admin: AdminServer
  let console: SupervisorConsole | undefined
  try {
    console = await openSupervisorConsole(loaded.config, secrets, log)
    await tryListening(loaded.config)
    const pages = {
      metrics: numbers.page,
      readiness: overview.readiness,
      config: () => configPage(pool, loaded),
      console: console?.shown,
    }
    admin = await openOperatorPages(pages, adminConfig, log)
  } catch (error) {
    await console?.close()
    return startFault(error)
  }
  const timer = setInterval(() => {
    pool.tick()
    overview.tick()
  }, STATE_INTERVAL_MS)
  const listening = pool.start().then((address) => {
    log.info('listening', {
      address,
      admin: admin.address,
      version,
      config: loaded.hash,
      workers: server.workers,
    })
  })
  listening.catch(() => undefined)

  const fault = await Promise.race([pool.failed, ending.first.then(() => undefined)])
  if (fault === undefined) {
    overview.draining()
    const drained = pool.drain().then(() => log.info('stopped'))
    await Promise.race([drained, ending.second])
  }
  pool.kill()
  clearInterval(timer)
  await admin.close()
  await console?.close()
  return fault
}

/** That of the lowest number that answers, and how all stand; the one of the start as long as none does. */
async function configPage(pool: Pool, { hash, config }: LoadedConfig): Promise<unknown> {
  const living = pool.living()
  const pages = new Map<number, unknown>()
  const answers = living.map(async (worker) => {
    pages.set(worker.number, await worker.ask('config'))
  })
  await allWithin(CONFIG_ANSWER_MS, answers)
  const page = living.map(({ number }) => pages.get(number)).find((answer) => answer !== undefined)
  const workers = living.map((worker) => {
    const { number, pid } = worker
    return { worker: number, pid, state: worker.stage(), hash: worker.state()?.hash ?? null }
  })
  return { ...((page as object | undefined) ?? { hash, config: redacted(config) }), workers }
}
