/** `holdfast serve`: the server, until a signal ends it. */
import { version as nodeVersion } from 'node:process'
import { configPath, readArgs } from './args.ts'
import type { Command } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { readVersion } from './version.ts'

export const command: Command = {
  name: 'serve',
  summary: 'run the server that Envoy asks about each request',
  help: `Usage: holdfast serve [--config FILE]

Serves Envoy's ext_authz over gRPC (server.listen) and the operators' pages /metrics, /livez, /readyz and
/config over HTTP (admin.listen). A changed configuration, key set, secret or revocation list is taken up
within 5 s; a faulty one is reported, and the last good one serves on.

SIGTERM or SIGINT drains: readiness ends, calls in flight finish, then the process ends. A second signal
ends it at once. With server.workers above 1 this process starts, watches and drains the workers.

  --config FILE   the configuration (default: HOLDFAST_CONFIG, else ./holdfast.yaml)

Examples:
  holdfast serve --config holdfast.yaml
  HOLDFAST_CONFIG=/etc/holdfast/holdfast.yaml holdfast serve

Exit codes: 0 ended by a signal, 2 wrong use or configuration, 3 an address or file cannot be had, or all workers
die at once, again and again.
`,
  async run(args, io) {
    const parsed = readArgs(args, { config: 'string' })
    if (!parsed.ok) {
      io.err(`holdfast serve: ${parsed.message}\n`)
      return EXIT.wrongUse
    }
    // Only here: the other commands need none of the server's libraries.
    const { serve } = await import('../app/serve.ts')
    return serve({ ...io, configPath: configPath(parsed.values.config, io), version: readVersion(), node: nodeVersion })
  },
}
