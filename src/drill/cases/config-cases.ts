/** Asks the ledger of a configuration, in Redis or by the console of its server: the way of `holdfast investigate`. */
import { dirname } from 'node:path'
import { ok, type Result } from '../../check/result.ts'
import type { Io } from '../../cli/command.ts'
import { openReader } from '../../cli/ledger-reader.ts'
import type { CaseSource } from './case-source.ts'

/** The error is what the command would say. */
export async function configCases(configFile: string, env: Io['env']): Promise<Result<CaseSource, string>> {
  const said: string[] = []
  const io: Io = {
    out: () => undefined,
    err: (text) => void said.push(text.trim()),
    env,
    cwd: dirname(configFile),
    stdin: async () => '',
    onSignal: () => undefined,
  }
  const opened = await openReader('drill', configFile, io)
  if (!opened.ok) return { ok: false, error: said.join('; ') }
  const reader = opened.value
  return ok({
    async ask(question) {
      const answered = await reader.case(question)
      return answered.ok ? ok(answered.value) : { ok: false, error: answered.detail }
    },
    close: () => reader.close(),
  })
}
