/** `holdfast serve`: the server, until a signal ends it. */
import { formatFault } from '../config/fault.ts'
import { loadConfig } from '../config/load.ts'
import { configPath, readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'

export const command: Command = {
  name: 'serve',
  summary: 'run the server that Envoy asks about each request',
  help: `Usage: holdfast serve [--config FILE]

Serves Envoy's ext_authz over gRPC (server.listen) and the operators' pages /metrics, /livez, /readyz and
/config over HTTP (admin.listen). A changed configuration, key set, secret or revocation list is taken up
within 5 s; a faulty one is reported, and the last good one serves on.

SIGTERM or SIGINT drains: readiness ends, calls in flight finish, then the process ends. A second signal
ends it at once.

  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)

Examples:
  holdfast serve --config holdfast.yaml
  HOLDFAST_CONFIG=/etc/holdfast/holdfast.yaml holdfast serve

Exit codes: 0 ended by a signal, 2 wrong use or configuration, 3 an address or file cannot be had.
`,
  async run(args, io) {
    const parsed = readArgs(args, { config: 'string' })
    if (!parsed.ok) {
      io.err(`holdfast serve: ${parsed.message}\n`)
      return EXIT.wrongUse
    }
    const { config: file } = parsed.values
    const path = configPath(file, io)
    const loaded = await loadConfig(path, file ?? path)
    if (!loaded.ok) {
      for (const fault of loaded.faults) io.err(`${formatFault(fault)}\n`)
      return EXIT.wrongUse
    }
    // Only now: a faulty configuration is told before the server's libraries are loaded.
    const { serve } = await import('../app/serve.ts')
    return serve({ ...io, configPath: path })
  },
}
