/** Servers that differ from the measured one in one thing only, and get the same load in the same rounds. */
import { type RedisServer, startRedis } from '../support/redis.ts'
import { REVOCATIONS } from './constants.ts'
import { type Caller, makeCaller } from './load.ts'
import { type ServerOptions, type Started, startServer } from './server.ts'

export interface Variant {
  /** Of its case: DPoP with a fresh proof, as `dpop`. */
  readonly name: 'dpop_redis' | 'dpop_revocations'
  readonly server: Started
  readonly caller: Caller
  /** Another process that works for it, under the name of its row. */
  readonly beside: { readonly name: string; readonly pid: number } | undefined
  stop(): Promise<void>
}

export interface VariantWishes {
  readonly redis: boolean
  readonly revocations: boolean
}

/** Those that are wished for. */
export async function startVariants(wishes: VariantWishes, options: ServerOptions): Promise<readonly Variant[]> {
  const variants: Variant[] = []
  if (wishes.redis) {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] })
    variants.push(variantOf('dpop_redis', await startServer({ ...options, redisUrl: redis.url }), redis))
  }
  if (wishes.revocations) {
    variants.push(variantOf('dpop_revocations', await startServer({ ...options, revocations: REVOCATIONS })))
  }
  return variants
}

function variantOf(name: Variant['name'], server: Started, redis?: RedisServer): Variant {
  const caller = makeCaller(server.address)
  const pid = redis?.child.pid
  return {
    name,
    server,
    caller,
    beside: pid === undefined ? undefined : { name: 'redis_server', pid },
    async stop() {
      caller.close()
      await server.stop()
      await redis?.stop()
    },
  }
}
