/** Asks the console of a running Holdfast, as `holdfast investigate` asks that of an embedded ledger. */
import { readFileSync } from 'node:fs'
import { ok, type Result } from '../../check/result.ts'
import { askConsole, type ConsoleServer } from '../../cli/ask-console.ts'
import { makeSecret } from '../../config/secret.ts'
import type { Case } from '../../ledger/case/case.ts'
import type { ConsolePlace } from '../world/world.ts'
import type { CaseSource } from './case-source.ts'

/** The error names the secret's file where it cannot be read; nothing is connected yet. */
export function consoleCases({ url, secretFile, certificate }: ConsolePlace): Result<CaseSource, string> {
  let text: string
  try {
    text = readFileSync(secretFile, 'latin1').replace(/\r?\n$/, '')
  } catch {
    return { ok: false, error: `${secretFile}: cannot be read; it opens the console that world.json names` }
  }
  const server: ConsoleServer = {
    url: new URL(url),
    secret: makeSecret(Buffer.from(text, 'latin1')),
    certificatePath: certificate,
  }
  return ok({
    async ask({ kind, value, issuer }) {
      const answer = await askConsole(server, 'case', { kind, value, issuer })
      if (answer.kind !== 'answer') return { ok: false, error: `${url}: ${answer.why}` }
      // Whatever else it is: a case has a finding, and the rest is compared with what is expected.
      return typeof answer.value['finding'] === 'object'
        ? ok(answer.value as unknown as Case)
        : { ok: false, error: `${url}: answers without a case` }
    },
    close: async () => undefined,
  })
}
