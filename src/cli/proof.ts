/** `holdfast proof`: makes a DPoP key, and a proof for one request: what curl does not do by itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PROOF_ALGORITHM_NAMES, type ProofAlgorithm } from '../check/proof/proof-algorithms.ts'
import { mintProof, newSigningKey, readSigningKey } from '../drill/mint.ts'
import { type Parsed, readArgs } from './args.ts'
import type { Command, Io } from './command.ts'
import { EXIT } from './exit-codes.ts'

const OPTIONS = {
  'new-key': 'string',
  algorithm: 'string',
  key: 'string',
  method: 'string',
  url: 'string',
  token: 'string',
  nonce: 'string',
  jti: 'string',
  iat: 'string',
  json: 'boolean',
} as const

type Values = Parsed<typeof OPTIONS>['values']

const FOR_NEW_KEY: readonly string[] = ['new-key', 'algorithm', 'json']

export const command: Command = {
  name: 'proof',
  summary: 'make a DPoP key, or one DPoP proof for a request, to try things by hand',
  help: `Usage:
  holdfast proof --new-key FILE [--algorithm NAME]
  holdfast proof --key FILE --method METHOD --url URL [options]

A DPoP proof is a small signed statement: "I, who hold this key, send this method to this URL now." It goes
into the DPoP header, beside "Authorization: DPoP TOKEN", and is good for one request (RFC 9449).

  --new-key FILE    makes a private key (JWK, mode 0600, never over an existing file) and prints its
                    thumbprint, which the issuer writes into the token as cnf.jkt
  --algorithm NAME  for --new-key: ${PROOF_ALGORITHM_NAMES.join(', ')} (default ES256)

  --key FILE        the private key (JWK)
  --method METHOD   exactly as sent: GET, POST ...
  --url URL         as the client sees it; query and fragment are left out by themselves
  --token TOKEN     the access token that goes with it, or - to read it from standard input
  --nonce NONCE     the value of the last DPoP-Nonce header
  --jti ID          instead of a random one
  --iat SECONDS     time of making, in seconds since 1970, instead of now
  --json            prints what was made as JSON

Examples:
  holdfast proof --new-key key.json
  curl -H "Authorization: DPoP $TOKEN" \\
       -H "DPoP: $(holdfast proof --key key.json --method GET --url https://api.example.com/v1/things --token "$TOKEN")" \\
       https://api.example.com/v1/things
  An answer 401 with error="use_dpop_nonce" carries a DPoP-Nonce header: make the proof again with --nonce.
  Sending the same proof twice is what a thief does; the second time it is refused.

Exit codes: 0 done, 2 wrong use, or a file that cannot be read or written.
`,
  async run(args, io) {
    const parsed = readArgs(args, OPTIONS)
    if (!parsed.ok) return wrong(io, parsed.message)
    const { values } = parsed
    const misplaced = values['new-key'] === undefined ? ['algorithm'] : without(OPTIONS, FOR_NEW_KEY)
    const odd = misplaced.find((name) => name in values)
    if (odd !== undefined)
      return wrong(io, `--${odd} does not go with ${values['new-key'] === undefined ? '--key' : '--new-key'}`)
    return values['new-key'] === undefined ? prove(values, io) : makeKey(values['new-key'], values, io)
  },
}

async function makeKey(file: string, values: Values, io: Io): Promise<number> {
  const algorithm = values.algorithm ?? 'ES256'
  if (!isAlgorithm(algorithm))
    return wrong(io, `--algorithm ${algorithm}: there are ${PROOF_ALGORITHM_NAMES.join(', ')}`)
  const { key, jwk } = await newSigningKey(algorithm)
  try {
    writeFileSync(resolve(io.cwd, file), `${JSON.stringify(jwk, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const mend =
      codeOf(error) === 'EEXIST' ? 'it exists already; name another file' : `cannot be written (${codeOf(error)})`
    return wrong(io, `${file}: ${mend}`)
  }
  io.out(
    values.json ? `${JSON.stringify({ key: file, algorithm, thumbprint: key.thumbprint })}\n` : `${key.thumbprint}\n`,
  )
  return EXIT.done
}

async function prove(values: Values, io: Io): Promise<number> {
  const { key: file, method, url } = values
  if (file === undefined || method === undefined || url === undefined) {
    const missing = (['key', 'method', 'url'] as const).filter((name) => values[name] === undefined)
    return wrong(io, `missing: ${missing.map((name) => `--${name}`).join(', ')}; see holdfast proof --help`)
  }
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) return wrong(io, '--method: not a method name')
  if (!/^https?:\/\/[^/?#]+/i.test(url)) return wrong(io, '--url: must start with https://HOST or http://HOST')
  const iat = values.iat ?? String(Math.floor(Date.now() / 1000))
  if (!/^-?\d{1,15}$/.test(iat)) return wrong(io, '--iat: must be whole seconds since 1970')
  const text = readText(resolve(io.cwd, file))
  if (text === undefined) {
    return wrong(io, `${file}: cannot be read; make a key with: holdfast proof --new-key ${file}`)
  }
  const key = await readSigningKey(text)
  if (!key.ok) return wrong(io, `${file}: ${key.error}`)
  const token = values.token === '-' ? (await io.stdin()).trim() : values.token
  if (token === '') return wrong(io, '--token: is empty')
  const iatSeconds = Number(iat)
  const proof = await mintProof(key.value, { method, url, token, nonce: values.nonce, jti: values.jti, iatSeconds })
  io.out(values.json ? `${JSON.stringify({ proof, thumbprint: key.value.thumbprint })}\n` : `${proof}\n`)
  return EXIT.done
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function isAlgorithm(text: string): text is ProofAlgorithm {
  return (PROOF_ALGORITHM_NAMES as readonly string[]).includes(text)
}

function without(options: object, names: readonly string[]): string[] {
  return Object.keys(options).filter((name) => !names.includes(name))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}

function wrong(io: Io, message: string): number {
  io.err(`holdfast proof: ${message}\n`)
  return EXIT.wrongUse
}
