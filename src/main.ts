#!/usr/bin/env node
/** The process: the only file that touches it. Everything else gets the outside world as an argument. */
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { runCli } from './cli/cli.ts'

// A reader that went away (`holdfast schema | head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0))

const code = await runCli(process.argv.slice(2), {
  out: (line) => void process.stdout.write(line),
  err: (line) => void process.stderr.write(line),
  env: process.env,
  cwd: process.cwd(),
  stdin: () => text(process.stdin),
  onSignal: (handler) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, handler)
  },
})

// The callback: what was written is out before the end, whatever still holds the event loop open.
process.stdout.write('', () => process.exit(code))
