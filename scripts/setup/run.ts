/** Running other programs during set-up: quiet when all is well, their own words when not. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A set-up step that cannot go on. The message says what is wrong and how to mend it; nobody needs a stack. */
export class SetupFailure extends Error {}

/** Runs a program without input. Resolves with its exit code and the last lines of what it wrote. */
export function run(program: string, args: readonly string[]): Promise<{ code: number; tail: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 127, tail: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, tail: output.trim().split('\n').slice(-8).join('\n') }))
  })
}

/** The first executable of that name on PATH. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
