/** `holdfast check-config`: every fault of the configuration and of the files it names, without starting anything. */
import { type Fault, formatFault } from '../config/fault.ts'
import { findFileFaults } from '../config/files.ts'
import { insecureSettings } from '../config/insecure.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { configPath, readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

export const command: Command = {
  name: 'check-config',
  summary: 'list all faults of the configuration, each with its line and its mend',
  help: `Usage: holdfast check-config [--config FILE] [--json]

Reads the configuration as holdfast serve would, with its secrets, certificates and key files, starts nothing,
and writes each fault to standard error:

  holdfast.yaml:12:14: routes[0].nonce: is none of required, offered, off; did you mean offered?

Without a fault it prints what is configured, and one line for each insecure… setting in force.

  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)
  --json          the result as one JSON object on standard output

Examples:
  holdfast check-config
  holdfast check-config --config /etc/holdfast/holdfast.yaml
  holdfast check-config --json | jq .faults

Exit codes: 0 no fault, 2 wrong use or faults.
`,
  async run(args, io) {
    const parsed = readArgs(args, { config: 'string', json: 'boolean' })
    if (!parsed.ok) {
      io.err(`holdfast check-config: ${parsed.message}\n`)
      return EXIT.wrongUse
    }
    const { config: file, json = false } = parsed.values
    const path = configPath(file, io)
    const loaded = await loadConfig(path, file ?? path)
    if (!loaded.ok) return reportFaults(loaded.faults, json, io)
    const [secrets, fileFaults] = await Promise.all([resolveSecrets(loaded, io.env), findFileFaults(loaded)])
    const faults = [...(secrets.ok ? [] : secrets.faults), ...fileFaults]
    return faults.length > 0 ? reportFaults(faults, json, io) : reportGood(loaded.config, loaded.hash, json, io)
  },
}

function reportFaults(faults: readonly Fault[], json: boolean, io: Io): number {
  if (json) io.out(`${JSON.stringify({ ok: false, faults })}\n`)
  else for (const fault of faults) io.err(`${formatFault(fault)}\n`)
  return EXIT.wrongUse
}

function reportGood(config: Config, hash: string, json: boolean, io: Io): number {
  const insecure = insecureSettings(config)
  const [routes, issuers] = [config.routes.length, config.issuers.length]
  if (json) {
    io.out(`${JSON.stringify({ ok: true, hash, routes, issuers, insecure })}\n`)
    return EXIT.done
  }
  io.out(`OK: ${count(routes, 'route')}, ${count(issuers, 'issuer')}\n`)
  for (const setting of insecure) io.out(`insecure: ${setting}\n`)
  return EXIT.done
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
