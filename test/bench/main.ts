/**
 * `npm run bench`: what a decision costs the server process in CPU time, against the floor of one empty gRPC call and one
 * verification; with flags also memory and start. Method and meaning of the figures: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util'
import { runBench } from './run-bench.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true, default: [] },
    memory: { type: 'boolean', default: false },
    ready: { type: 'boolean', default: false },
    source: { type: 'boolean', default: false },
    'node-flag': { type: 'string', multiple: true, default: [] },
  },
})

// The same file is the entry of the two helpers: they need a process of their own.
if (positionals[0] === 'floor') await import('./floor-server.ts')
else if (positionals[0] === 'store') await import('./store-size.ts')
else {
  await runBench({
    rounds: Number(values.rounds),
    secondsPerBlock: Number(values.seconds),
    only: values.only,
    memory: values.memory,
    ready: values.ready,
    fromSource: values.source,
    nodeFlags: values['node-flag'],
  })
  process.exit(0)
}
