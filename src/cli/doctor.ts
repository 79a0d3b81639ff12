/** `holdfast doctor`: what is wrong with an installation, with the Envoy that asks it, or with a route that is to enforce. */
import { envoyFacts, envoyWishes } from '../app/doctor/envoy.ts'
import { examine } from '../app/doctor/examine.ts'
import { gateFacts } from '../app/doctor/gate.ts'
import { type Fault, formatFault } from '../config/fault.ts'
import { findFileFaults } from '../config/files.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { resolveSecrets } from '../config/secrets.ts'
import type { Finding } from '../doctor/finding.ts'
import { judgeEnvoy } from '../doctor/judge-envoy.ts'
import { judgeGate } from '../doctor/judge-gate.ts'
import { reportJson, reportText } from '../doctor/report.ts'
import { configPath, readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { type DoctorTask, OPTIONS, readTask } from './doctor-task.ts'
import { EXIT } from './exit-codes.ts'

export const command: Command = {
  name: 'doctor',
  summary: 'examine an installation, its Envoy, or whether a route may enforce; each finding with its mend',
  help: `Usage: holdfast doctor [--config FILE] [--json]
       holdfast doctor --envoy URL_OR_FILE [--config FILE] [--json]
       holdfast doctor --safe-to-enforce ROUTE --prometheus URL [--namespace NS] [--job JOB] [--window 7d]
                       [--prometheus-token file:PATH] [--config FILE] [--json]

Examines the installation that the configuration describes: its protections, files and certificates, each server
of the store with the rights of our user there, the shared list of revocations, the key sets of the issuers, and
the server that runs by it, if one does. Each finding is ok, a warning, failed, or unknown where it cannot be told
from here; what is not ok says why it matters and how to mend it. docs/doctor.md explains each.

With --envoy it examines an Envoy instead: the filters that ask Holdfast, held against the configuration, and the
listeners around them. With --safe-to-enforce it asks a Prometheus whether a route that observes may enforce: each
condition with its value, and who would be refused, by reason. Which workload that is stands in the log only.

It writes nothing. Whether our user may run a command is tried by queueing it in a transaction that is never
executed; where it may not, the server notes the refusal in its ACL LOG.

  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          the findings as one JSON object on standard output
  --envoy X       the admin page of an Envoy on this host (http://127.0.0.1:9902), or a file: what /config_dump
                  answered, or the configuration that Envoy was started with (JSON or YAML)
  --safe-to-enforce ROUTE   the route of the configuration
  --prometheus URL          where Prometheus answers, with the path before /api/v1 if there is one
  --prometheus-token file:PATH   a bearer token for it; over https, or on this host
  --namespace NS, --job JOB      only series with these labels
  --window 7d     how long the conditions must have held (s, m, h, d)

Examples:
  holdfast doctor
  holdfast doctor --config /etc/holdfast/holdfast.yaml
  holdfast doctor --json | jq '.findings[] | select(.status != "ok")'
  holdfast doctor --envoy http://127.0.0.1:9902
  holdfast doctor --safe-to-enforce payments --prometheus http://127.0.0.1:9090 --window 24h

Exit codes: 0 nothing failed (there may be warnings and unknowns), or the route may enforce; 1 something failed, or
it may not; 2 wrong use, or faults of the configuration as holdfast check-config tells them; 3 the store, an
issuer, Envoy or Prometheus cannot be reached, or answers what is no answer (also where something else failed).
`,
  async run(args, io) {
    const parsed = readArgs(args, OPTIONS)
    if (!parsed.ok) return refuse(parsed.message, io)
    const { config: file, json = false } = parsed.values
    const task = await readTask(parsed.values, io)
    if (!task.ok) return refuse(task.message, io)
    const path = configPath(file, io)
    const loaded = await loadConfig(path, file ?? path)
    if (!loaded.ok) return reportFaults(loaded.faults, json, io)
    const examined = await examineTask(task.value, loaded, path, io)
    if (!examined.ok)
      return 'message' in examined ? refuse(examined.message, io) : reportFaults(examined.faults, json, io)
    const { findings } = examined
    io.out(json ? `${JSON.stringify(reportJson(findings), null, 2)}\n` : reportText(findings))
    return exitCodeOf(findings)
  },
}

type Examined =
  | { readonly ok: true; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly message: string }
  | { readonly ok: false; readonly faults: readonly Fault[] }

/** Secrets and files are needed for the installation alone: an Envoy can be judged far from them. */
async function examineTask(task: DoctorTask, loaded: LoadedConfig, configFile: string, io: Io): Promise<Examined> {
  const { config } = loaded
  if (task.kind === 'envoy') {
    return { ok: true, findings: judgeEnvoy(await envoyFacts(task.source, io.cwd), envoyWishes(config)) }
  }
  if (task.kind === 'gate') {
    const route = config.routes.find(({ name }) => name === task.route)
    if (route === undefined) {
      const names = config.routes.map(({ name }) => name).join(', ')
      return { ok: false, message: `no route is named ${JSON.stringify(task.route)}; the configuration has ${names}` }
    }
    return { ok: true, findings: judgeGate(await gateFacts(task.access, { ...task, mode: route.mode })) }
  }
  const [resolved, fileFaults] = await Promise.all([resolveSecrets(loaded, io.env), findFileFaults(loaded)])
  if (!resolved.ok) return { ok: false, faults: [...resolved.faults, ...fileFaults] }
  if (fileFaults.length > 0) return { ok: false, faults: fileFaults }
  return { ok: true, findings: await examine({ config, secrets: resolved.secrets, configFile }) }
}

function refuse(message: string, io: Io): number {
  io.err(`holdfast doctor: ${message}\n`)
  return EXIT.wrongUse
}

/** As `check-config` prints them. */
function reportFaults(faults: readonly Fault[], json: boolean, io: Io): number {
  if (json) io.out(`${JSON.stringify({ ok: false, faults })}\n`)
  else for (const fault of faults) io.err(`${formatFault(fault)}\n`)
  return EXIT.wrongUse
}

/** What could not be reached was not examined, so that comes first. */
function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ unreachable }) => unreachable)) return EXIT.unreachable
  return findings.some(({ status }) => status === 'failed') ? EXIT.notSo : EXIT.done
}
