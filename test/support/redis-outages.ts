/** The ways in which a Redis server can fail its clients, and the way back. */
import type { RedisServer } from './redis.ts'
import type { TcpProxy } from './tcp-proxy.ts'

export interface Outage {
  readonly name: string
  readonly enter: (server: RedisServer, proxy: TcpProxy) => Promise<void>
  readonly leave: (server: RedisServer, proxy: TcpProxy) => Promise<void>
}

/** Seen by the server only on connections that it opens after it, or kills. */
async function killClients(server: RedisServer, password: string): Promise<void> {
  await server.admin(password).call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
}

export const PASSWORD = 'correct horse'

export const OUTAGES: readonly Outage[] = [
  { name: 'down', enter: (server) => server.kill(), leave: (server) => server.start() },
  { name: 'stopped (SIGSTOP)', enter: async (server) => server.pause(), leave: async (server) => server.resume() },
  {
    name: 'slow (DEBUG SLEEP)',
    async enter(server) {
      void server
        .admin()
        .call('debug', 'sleep', '3')
        .catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 100))
    },
    async leave(server) {
      await server.admin().ping()
    },
  },
  {
    name: 'half-open (packets dropped)',
    enter: async (_, proxy) => proxy.dropPackets(true),
    leave: async (_, proxy) => proxy.dropPackets(false),
  },
  {
    name: 'full (OOM)',
    enter: async (server) => void (await server.admin().config('SET', 'maxmemory', '1')),
    leave: async (server) => void (await server.admin().config('SET', 'maxmemory', '0')),
  },
  {
    name: 'read-only (a replica)',
    enter: async (server) => void (await server.admin().replicaof('127.0.0.1', 1)),
    leave: async (server) => void (await server.admin().replicaof('NO', 'ONE')),
  },
  {
    name: 'loading its data',
    async enter(server) {
      const admin = server.admin()
      await admin.call('debug', 'populate', '4000', 'filler')
      await admin.config('SET', 'key-load-delay', '1000')
      await admin.config('SET', 'loading-process-events-interval-bytes', '1024')
      void admin.call('debug', 'reload').catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 200))
    },
    async leave(server) {
      const admin = server.admin()
      while (!(await admin.info('persistence')).includes('loading:0')) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  },
  {
    name: 'refusing the password',
    async enter(server) {
      const admin = server.admin()
      await admin.config('SET', 'requirepass', 'another one')
      await killClients(server, 'another one')
    },
    async leave(server) {
      const admin = server.admin('another one')
      await admin.config('SET', 'requirepass', PASSWORD)
    },
  },
]
