/** Running other programs during set-up: quiet when all is well, their own words when not. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A set-up step that cannot go on. The message says what is wrong and how to mend it; nobody needs a stack. */
export class SetupFailure extends Error {}

/** Runs a program without input. Resolves with its exit code and the last lines of what it wrote. */
export async function run(program: string, args: readonly string[]): Promise<{ code: number; tail: string }> {
  const { code, lines } = await runForLines(program, args)
  return { code, tail: lines.slice(-8).join('\n').slice(-4000) }
}

/** The same with all lines. */
export function runForLines(
  program: string,
  args: readonly string[],
): Promise<{ code: number; lines: readonly string[] }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => resolve({ code: 127, lines: [error.message] }))
    child.on('close', (code) =>
      resolve({ code: code ?? 1, lines: Buffer.concat(chunks).toString().trim().split('\n') }),
    )
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
