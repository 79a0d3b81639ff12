/** The two configuration files of SPIRE, as small as they can be. What differs from production stands in docs/spire.md. */
import type { SpireServer } from './spire.ts'

export interface ServerSettings {
  readonly trustDomain: string
  readonly port: number
  readonly dir: string
  readonly socket: string
}

export interface AgentSettings {
  readonly server: SpireServer
  readonly dir: string
  readonly socket: string
  readonly bundleFile: string
  readonly joinToken: string
}

export function serverConfig({ trustDomain, port, dir, socket }: ServerSettings): string {
  return `server {
  bind_address = "127.0.0.1"
  bind_port = "${port}"
  trust_domain = "${trustDomain}"
  data_dir = "${dir}"
  socket_path = "${socket}"
  ca_ttl = "24h"
  default_x509_svid_ttl = "1h"
}
plugins {
  DataStore "sql" {
    plugin_data {
      database_type = "sqlite3"
      connection_string = "${dir}/datastore.sqlite3"
    }
  }
  KeyManager "memory" { plugin_data {} }
  NodeAttestor "join_token" { plugin_data {} }
}
`
}

/** Asks the server each second, not each fifth: entries and authorities are then taken up that soon. */
export function agentConfig({ server, dir, socket, bundleFile, joinToken }: AgentSettings): string {
  return `agent {
  trust_domain = "${server.trustDomain}"
  server_address = "127.0.0.1"
  server_port = ${server.port}
  trust_bundle_path = "${bundleFile}"
  data_dir = "${dir}"
  socket_path = "${socket}"
  join_token = "${joinToken}"
  experimental { sync_interval = "1s" }
}
plugins {
  KeyManager "memory" { plugin_data {} }
  NodeAttestor "join_token" { plugin_data {} }
  WorkloadAttestor "unix" {
    plugin_data {
      discover_workload_path = true
      workload_size_limit = -1
    }
  }
}
`
}
