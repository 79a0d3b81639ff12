/** requests_oauth2client, in the Python of `npm run setup`. Not there: a failure that names the mend, never a skip. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Outcome, PublicClient } from './public-client.ts'

const PYTHON = '.tools/py/bin/python'
const SCRIPT = fileURLToPath(new URL('requests_client.py', import.meta.url))

export const PYTHON_CLIENT: PublicClient = {
  name: 'requests_oauth2client',
  algorithms: ['ES256', 'PS256', 'EdDSA'],
  takesNextNonce: false,
  async run(credentials, calls, together = false) {
    if (!existsSync(PYTHON)) throw new Error('no Python client: type "npm run setup", then run the test again')
    const child = spawn(PYTHON, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
    const output = text(child.stdout)
    child.stdin.end(JSON.stringify({ ...credentials, calls, together }))
    const outcomes = JSON.parse(await output) as Partial<Outcome>[]
    return outcomes.map(({ exchanges = [], body, error }) => ({
      exchanges: exchanges.map(({ status, nonce, nextNonce }) => ({
        status,
        nonce: nonce ?? undefined,
        nextNonce: nextNonce ?? undefined,
      })),
      body,
      error,
    }))
  },
}
