/** A master, two replicas and three sentinels, all real. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RedisServer, startRedis, until } from './redis.ts'

export interface SentinelGroup {
  readonly url: string
  readonly master: RedisServer
  readonly replicas: readonly RedisServer[]
  readonly sentinels: readonly RedisServer[]
  /** Where the sentinels say that the master is. */
  masterPort(): Promise<number>
  stop(): Promise<void>
}

const NAME = 'holdfast-master'

export async function startSentinelGroup(): Promise<SentinelGroup> {
  const master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
  const replicas = await Promise.all(
    [0, 1].map(() => startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] })),
  )
  const ask = master.admin()
  await until(async () => (String(await ask.info('replication')).match(/state=online/g) ?? []).length === 2)
  const sentinels = await Promise.all(
    [0, 1, 2].map(() => startRedis({ configFile: (folder, port) => configFile(folder, port, master.port) })),
  )
  for (const sentinel of sentinels) {
    const client = sentinel.admin()
    await until(async () => {
      const facts = String(await client.info('sentinel'))
      return facts.includes('slaves=2') && facts.includes('sentinels=3')
    }, 20_000)
  }
  const first = sentinels[0]!.admin()
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    master,
    replicas,
    sentinels,
    async masterPort() {
      const answer = (await first.call('sentinel', 'get-master-addr-by-name', NAME)) as readonly string[]
      return Number(answer[1])
    },
    async stop() {
      await Promise.all([...sentinels, ...replicas, master].map((server) => server.stop()))
    },
  }
}

function configFile(folder: string, port: number, masterPort: number): string {
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${NAME} 800`,
    `sentinel failover-timeout ${NAME} 5000`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
