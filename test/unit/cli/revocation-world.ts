/** A folder with a configuration and, in time, a list of revocations; commands run in it without a process. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Command } from '../../../src/cli/command.ts'
import type { RawEntry } from '../../../src/revocations/raw-entry.ts'
import { readRawEntries } from '../../../src/revocations/revocation-document.ts'
import { configText, type Parts } from '../config/config-file.ts'
import { fakeIo } from './fake-io.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RevocationWorld {
  readonly folder: string
  /** The list. */
  readonly file: string
  run(command: Command, args: readonly string[], given?: { stdin?: string; env?: Record<string, string> }): Promise<Ran>
  entries(): Promise<readonly RawEntry[]>
}

export async function makeRevocationWorld(parts: Parts = {}): Promise<RevocationWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-revoke-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'revocations.json')
  const top = { revocation: '{ file: revocations.json }', ...parts.top }
  await writeFile(join(folder, 'holdfast.yaml'), configText({ ...parts, top }))
  return {
    folder,
    file,
    async run(command, args, given = {}) {
      const io = fakeIo({ cwd: folder, env: { USER: 'ada', ...given.env }, stdin: given.stdin ?? '' })
      return { code: await command.run([...args], io), ...io.written }
    },
    async entries() {
      const entries = readRawEntries(await readFile(file))
      if (!entries.ok) throw new Error(entries.error)
      return entries.value
    },
  }
}
