/**
 * `npm run bench`: what a decision costs the server process in CPU time, against the floor of one empty gRPC call and one
 * verification; with flags also Redis, a long revocation list, memory, start, the kill switch, races and the ledger. Method and meaning of
 * the figures: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true, default: [] },
    redis: { type: 'boolean', default: false },
    revocations: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    ready: { type: 'boolean', default: false },
    'kill-switch': { type: 'boolean', default: false },
    races: { type: 'string', default: '0' },
    ledger: { type: 'string', default: '0' },
    source: { type: 'boolean', default: false },
    'node-flag': { type: 'string', multiple: true, default: [] },
  },
})

const HELPERS: Readonly<Record<string, () => Promise<unknown>>> = {
  floor: () => import('./floor-server.ts'),
  store: () => import('./store-size.ts'),
  replica: () => import('./kill-switch-replica.ts'),
}

// The same file is the entry of the helpers: they need a process of their own, and nothing in it that they do not use.
const helper = HELPERS[positionals[0] ?? '']
if (helper !== undefined) await helper()
else {
  const { runBench } = await import('./run-bench.ts')
  await runBench({
    rounds: Number(values.rounds),
    secondsPerBlock: Number(values.seconds),
    only: values.only,
    variants: { redis: values.redis, revocations: values.revocations },
    memory: values.memory,
    ready: values.ready,
    killSwitch: values['kill-switch'],
    races: Number(values.races),
    ledgerRounds: Number(values.ledger),
    fromSource: values.source,
    nodeFlags: values['node-flag'],
  })
  process.exit(0)
}
