/** A real Prometheus on loopback, in a folder of its own, ended by pid; and its HTTP API, as far as tests ask it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { answers, startChild, untilReady } from '../../src/drill/local/child.ts'
import { freePort } from './ports.ts'

type Labels = Readonly<Record<string, string>>

/** One series: `[seconds, value]`, oldest first. */
export interface Series {
  readonly metric: Labels
  readonly values: readonly (readonly [number, string])[]
}

export interface ShownRule {
  readonly name: string
  readonly health: string
  readonly lastError?: string
}

export interface ShownAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: string
}

export interface RunningPrometheus {
  readonly url: string
  /** At one moment, in seconds; now without it. Throws with Prometheus' own words when the query is in error. */
  query(expr: string, atSeconds?: number): Promise<readonly Series[]>
  queryRange(expr: string, startSeconds: number, endSeconds: number, stepSeconds: number): Promise<readonly Series[]>
  rules(): Promise<readonly ShownRule[]>
  alerts(): Promise<readonly ShownAlert[]>
  stop(): Promise<void>
}

export interface ScrapeTarget {
  readonly job: string
  /** `http://HOST:PORT/PATH` */
  readonly url: string
  /** What service discovery would add, `instance` among them. */
  readonly labels: Labels
}

const READY_MS = 20_000

function findPrometheus(): string {
  const folders = [
    fileURLToPath(new URL('../../.tools/prometheus/usr/bin', import.meta.url)),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  const found = folders.map((folder) => join(folder, 'prometheus')).find((path) => existsSync(path))
  if (found === undefined) throw new Error('no prometheus: type "npm run setup -- prometheus", then try again')
  return found
}

/** Scrapes and evaluates every second. `rules` is the text of a rule file. Resolves when it is ready to be asked. */
export async function startPrometheus(targets: readonly ScrapeTarget[], rules: string): Promise<RunningPrometheus> {
  const program = findPrometheus()
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-prometheus-'))
  const forget = (): void => rmSync(dir, { recursive: true, force: true })
  const url = `http://127.0.0.1:${await freePort()}`
  writeFileSync(join(dir, 'rules.yaml'), rules)
  writeFileSync(join(dir, 'prometheus.yaml'), configFor(targets))
  const child = await startChild(
    'Prometheus',
    program,
    [
      `--config.file=${join(dir, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=warn',
    ],
    join(dir, 'prometheus.log'),
  )
  const stop = async (): Promise<void> => {
    await child.stop()
    forget()
  }
  try {
    await untilReady(child, () => answers(`${url}/-/ready`), READY_MS)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, ...apiOf(url), stop }
}

function configFor(targets: readonly ScrapeTarget[]): string {
  return stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: targets.map(({ job, url, labels }) => ({
      job_name: job,
      metrics_path: new URL(url).pathname,
      static_configs: [{ targets: [new URL(url).host], labels }],
    })),
  })
}

function apiOf(url: string): Omit<RunningPrometheus, 'url' | 'stop'> {
  async function ask<T>(path: string, parameters: Labels = {}): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const body = (await response.json()) as { status: string; data: T; error?: string }
    if (body.status !== 'success') throw new Error(`${body.error}: ${JSON.stringify(parameters)}`)
    return body.data
  }
  type Answer = { result: { metric: Labels; value?: [number, string]; values?: [number, string][] }[] }
  const seriesOf = ({ result }: Answer): readonly Series[] =>
    result.map(({ metric, value, values }) => ({ metric, values: values ?? (value === undefined ? [] : [value]) }))
  return {
    query: async (expr, atSeconds) =>
      seriesOf(await ask('query', { query: expr, ...(atSeconds === undefined ? {} : { time: String(atSeconds) }) })),
    async queryRange(query, startSeconds, endSeconds, stepSeconds) {
      const times = { start: String(startSeconds), end: String(endSeconds), step: String(stepSeconds) }
      return seriesOf(await ask('query_range', { query, ...times }))
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: ShownRule[] }[] }>('rules')
      return groups.flatMap((group) => group.rules)
    },
    alerts: async () => (await ask<{ alerts: ShownAlert[] }>('alerts')).alerts,
  }
}
